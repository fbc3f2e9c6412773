"""talkers.py DIR 'PORT WAY [TEXT]'...: servers on loopback, IPv4, each on its port with its way:
say (TEXT, as Python writes it; then waits for QUIT or the end), part (TEXT, then closes), close,
reset, silent, drip (TEXT again and again), flood (the same at full speed), full (takes no
connection). DIR/PORT gets what a client says, and from where it comes; DIR/ready is made when all
listen."""
import socket
import struct
import sys
import threading
import time


def record(directory, port, client, address):
    client.settimeout(20)
    with open(f"{directory}/{port}", "ab") as file:
        file.write(f"from {address[0]}\n".encode())
        file.flush()
        try:
            while data := client.recv(4096):
                file.write(data)
                file.flush()
                if data.endswith(b"QUIT\r\n"):
                    break
        except OSError:
            pass


def talk(directory, port, way, text, client, address):
    with client:
        if way == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif way in ("say", "part"):
            client.sendall(text)
        elif way in ("drip", "flood"):
            try:
                while True:
                    client.sendall(text if way == "drip" else text * 1000)
                    time.sleep(0.05 if way == "drip" else 0)
            except OSError:
                pass
        if way in ("say", "silent"):
            record(directory, port, client, address)


def serve(directory, server, port, way, text):
    while True:
        client, address = server.accept()
        threading.Thread(target=talk, args=(directory, port, way, text, client, address), daemon=True).start()


def main(directory, specs):
    kept = []
    for spec in specs:
        port, way, text = (spec.split(" ", 2) + [""])[:3]
        text = text.encode("latin-1").decode("unicode_escape").encode("latin-1")
        server = socket.create_server(("127.0.0.1", int(port)), backlog=0 if way == "full" else 16)
        kept.append(server)
        if way == "full":  # the kernel then drops who wants to connect
            for _ in range(4):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", int(port)))
                kept.append(client)
        else:
            threading.Thread(target=serve, args=(directory, server, port, way, text), daemon=True).start()
    with open(f"{directory}/ready", "w", encoding="ascii"):
        pass
    time.sleep(600)


main(sys.argv[1], sys.argv[2:])
