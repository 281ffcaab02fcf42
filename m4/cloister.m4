dnl SPDX-License-Identifier: GPL-2.0-only
dnl Missing packages are collected in $cloister_missing (what) and $cloister_packages (Debian's names).

m4_ifndef([PKG_PROG_PKG_CONFIG],
    [m4_fatal([pkg.m4 is missing: install Debian's package pkg-config])])

AC_DEFUN([_CLOISTER_MISSING], [
    cloister_missing="$cloister_missing
  $1 (Debian package: $2)"
    cloister_packages="$cloister_packages $2"
])

AC_DEFUN([CLOISTER_NEED_PROG], [
    AC_PATH_PROG([cloister_prog_]m4_bpatsubst([$1], [[^a-z0-9]], [_]), [$1])
    AS_IF([test -z "$cloister_prog_[]m4_bpatsubst([$1], [[^a-z0-9]], [_])"],
        [_CLOISTER_MISSING([program $1], [$2])])
])

AC_DEFUN([CLOISTER_NEED_MODULE], [
    AC_REQUIRE([PKG_PROG_PKG_CONFIG])
    AC_MSG_CHECKING([for library $1])
    AS_IF([test -n "$PKG_CONFIG" && "$PKG_CONFIG" --exists "$1"],
        [AC_MSG_RESULT([yes])],
        [AC_MSG_RESULT([no])
         _CLOISTER_MISSING([library $1], [$2])])
])

AC_DEFUN([CLOISTER_NEED_FILE], [
    AC_MSG_CHECKING([for $1])
    AS_IF([test -e "$1"],
        [AC_MSG_RESULT([yes])],
        [AC_MSG_RESULT([no])
         _CLOISTER_MISSING([file $1], [$2])])
])

AC_DEFUN([CLOISTER_REPORT_MISSING], [
    AS_IF([test -n "$cloister_missing"],
        [AC_MSG_ERROR([missing on this computer:$cloister_missing

On Debian, install them with
  apt-get install$cloister_packages])])
])
