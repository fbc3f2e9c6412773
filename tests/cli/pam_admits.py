"""pam_admits.py USER...: asks the account phase of service login, at tty1 and from no remote
host, as /etc/pam.d/login and the real modules have it; prints the users that are admitted."""
import ctypes
import sys

PAM_SUCCESS, PAM_TTY = 0, 3
CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                            ctypes.c_void_p)


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


def admitted(user):
    conversation = Conversation(CONVERSE(lambda *ignored: 19), None)
    handle = ctypes.c_void_p()
    if pam.pam_start(b"login", user.encode(), ctypes.byref(conversation),
                     ctypes.byref(handle)) != PAM_SUCCESS:
        sys.exit("pam_start failed")
    pam.pam_set_item(handle, PAM_TTY, b"/dev/tty1")
    answer = pam.pam_acct_mgmt(handle, 0)
    pam.pam_end(handle, answer)
    return answer == PAM_SUCCESS


pam = ctypes.CDLL("libpam.so.0")
print(*[user for user in sys.argv[1:] if admitted(user)])
