#!/bin/bash
# Runs after the package's files are gone, also before an update puts the new ones there.
case "$1" in remove | purge | 0) ;; *) exit 0 ;; esac

rm -f '/usr/bin/${executable}' /usr/bin/sallyport

target='/etc/apparmor.d/${executable}'
if [ -f "$target" ]; then
  if hash apparmor_parser 2>/dev/null && ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
    apparmor_parser --remove "$target" 2>/dev/null || true
  fi
  rm -f "$target"
fi
exit 0
