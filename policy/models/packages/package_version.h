/* Which of two versions of a package is newer. Sources: Debian Policy 5.6.12 and
 * deb-version(7); rpm's rpmio/rpmvercmp.c and lib/rpmds.c (4.18), and rpm-version(7). */
#ifndef POLICY_MODELS_PACKAGE_VERSION_H
#define POLICY_MODELS_PACKAGE_VERSION_H

/* <0, 0, >0. Both are EPOCH:UPSTREAM-REVISION, all parts but one optional. */
int
package_version_dpkg(const char *a, const char *b);

/* <0, 0, >0. Both are EPOCH:VERSION-RELEASE; releases are compared where both have one.
 */
int
package_version_rpm(const char *a, const char *b);

#endif
