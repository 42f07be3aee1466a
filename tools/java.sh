#!/usr/bin/env bash
# Make Java 17 or newer available for Spark: through apt where the user may, else name the one command that does it.
set -u
COMMAND="sudo apt-get install -y openjdk-17-jre-headless"
if command -v java >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null 2>&1; then
  runner=""
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null && runner="sudo -n" || runner="no"
  fi
  if [ "$runner" != "no" ]; then
    $runner apt-get update -qq >/dev/null 2>&1
    for package in openjdk-17-jre-headless default-jre-headless; do
      if DEBIAN_FRONTEND=noninteractive $runner apt-get install -y -qq "$package" >/dev/null 2>&1; then exit 0; fi
    done
  fi
fi
echo "没有 Java，Spark 的测试将跳过；安装命令 / no Java: the Spark suites will be skipped; install it with: $COMMAND"
[ "${CI:-}" = "" ] || exit 1
exit 0
