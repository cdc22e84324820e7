#!/bin/bash
# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
#
# What ./bazelw does on machines that are not this one. Each test makes a folder
# that is the whole PATH, with stand-ins for apt-get, dpkg-query and bazel in it.

set -u

bazelw=$PWD/$1
failures=0

fail() {
  echo "FAILED: $test: $*"
  failures=$((failures + 1))
}

expect_eq() {
  [ "$1" = "$2" ] || fail "expected '$1', got '$2'"
}

expect_contains() {
  case "$2" in
    *"$1"*) ;;
    *) fail "expected '$1' in '$2'" ;;
  esac
}

# Writes an executable file: a command of the machine.
stand_in() {
  { echo '#!/bin/sh' && cat; } >"$machine/bin/$1"
  chmod +x "$machine/bin/$1"
}

# A machine with nothing but what every Unix has.
bare_machine() {
  test=$1
  unset CC
  machine=$TEST_TMPDIR/$test
  mkdir -p "$machine/bin"
  for tool in cat chmod cut env sh tail tr xargs; do
    ln -s "$(command -v "$tool")" "$machine/bin/$tool"
  done
  stand_in id <<<'echo 0'
}

# Debian without a package. Installing any brings `bazel`.
bare_debian() {
  bare_machine "$1"
  touch "$machine/installed"
  stand_in readlink <<<'echo /usr/bin/bazel'
  stand_in dpkg-query <<STUB
format=\$3
shift 3
known=0
for package; do
  while read -r line; do
    [ "\$line" = "\$package" ] || continue
    case "\$format" in
      *Package*) printf 'installed=%s ' "\$package" ;;
      *) printf installed ;;
    esac
    known=\$((known + 1))
  done <$machine/installed
done
[ \$known -eq \$# ]
STUB
  stand_in apt-get <<STUB
echo "apt-get \$*" >>$machine/log
[ "\$1" = install ] || exit 0
[ ! -e $machine/mirror_is_down ] || exit 100
for package; do echo "\$package" >>$machine/installed; done
printf '#!/bin/sh\necho "bazel \$*"\n' >$machine/bin/bazel
chmod +x $machine/bin/bazel
STUB
}

# Debian with all that tests with compiler $2 need.
ready_debian() {
  bare_debian "$1"
  call test --config="$2" >/dev/null
  : >"$machine/log"
}

call() {
  PATH=$machine/bin "$machine/bin/sh" "$bazelw" "$@" </dev/null 2>"$machine/stderr"
}

log() {
  cat "$machine/log"
}

bare_machine RunsAForeignBazelAsItWasCalled
stand_in bazel <<<'echo "bazel $*"'
stand_in readlink <<<'echo "$2"'
expect_eq 'bazel test --jobs=2 //...' "$(call test --jobs=2 //...)"

bare_machine SaysWhatToDoWithNeitherBazelNorApt
call test //... && fail 'expected it to fail'
expect_contains 'neither bazel nor apt-get' "$(cat "$machine/stderr")"

bare_debian InstallsEverythingInOneCallAndThenRuns
expect_eq 'bazel test --repo_env=CC=clang-19 --cc_output_directory_tag=clang-19 //...' \
  "$(call test //...)"
expect_eq 2 "$(log | wc -l)"
expect_contains 'apt-get update' "$(log)"
for package in bazel-bootstrap libabsl-dev clang-19 libclang-rt-19-dev python3 valgrind; do
  expect_contains " $package" "$(log)"
done
expect_contains 'libabsl-dev: Abseil' "$(cat "$machine/stderr")"
expect_eq 0 "$(log | grep -c -F ' g++')"

bare_debian InstallsWhatOnlyTestsRunForTestsOnly
call run //examples:tutorial >/dev/null
call --output_base test build //... >/dev/null
expect_contains ' libgtest-dev' "$(log)"
for package in chromium gdb python3-selenium valgrind zip; do
  expect_eq 0 "$(log | grep -c -w -e "$package")"
done
: >"$machine/log"
call --output_base x coverage //... >/dev/null
for package in chromium chromium-driver gdb python3-selenium valgrind zip; do
  expect_contains " $package" "$(log) "
done
expect_eq 0 "$(log | grep -c libgtest-dev)"

bare_debian InstallsOnlyWhatIsMissing
call version >/dev/null
grep -v -x libgtest-dev "$machine/installed" >"$machine/fewer"
mv "$machine/fewer" "$machine/installed"
: >"$machine/log"
call version >/dev/null
expect_contains ' libgtest-dev' "$(log)"
expect_eq 0 "$(log | grep -c bazel-bootstrap)"

ready_debian AsksAptNothingWhenNothingIsMissing clang
expect_eq 'bazel version' "$(call version)"
expect_eq '' "$(log)"

bare_debian InstallsNoClangForGcc
CC=gcc call test //... >/dev/null
expect_contains ' g++' "$(log)"
expect_eq 0 "$(log | grep -c clang)"

bare_debian StopsWhenTheMirrorIsDown
touch "$machine/mirror_is_down"
call test //... && fail 'expected it to fail'
expect_contains 'could not install: bazel-bootstrap' "$(cat "$machine/stderr")"

bare_debian AsksForRootWithoutSudo
stand_in id <<<'echo 1000'
call test //... && fail 'expected it to fail'
expect_contains 'As root: apt-get install' "$(cat "$machine/stderr")"

bare_debian InstallsThroughSudo
stand_in id <<<'echo 1000'
stand_in sudo <<STUB
echo sudo >>$machine/log
exec "\$@"
STUB
expect_eq 'bazel version' "$(call version)"
expect_eq 2 "$(log | grep -c sudo)"

ready_debian LeavesTheChoiceToCc gcc
expect_eq 'bazel test --cc_output_directory_tag=gcc //...' "$(CC=gcc call test //...)"

ready_debian NamesTheOutputFolderAfterTheCompilerNotItsPath gcc
expect_eq 'bazel test --cc_output_directory_tag=g++ //...' \
  "$(CC=/usr/bin/g++ call test //...)"

ready_debian LeavesTheChoiceToTheConfig gcc
expect_eq 'bazel test --config=gcc //...' "$(call test --config=gcc //...)"
expect_eq 'bazel test --config gcc //...' "$(call test --config gcc //...)"
expect_eq 'bazel test --repo_env=CC=gcc //...' "$(call test --repo_env=CC=gcc //...)"

ready_debian KeepsClangUnderASanitizer clang
expect_eq 'bazel test --repo_env=CC=clang-19 --cc_output_directory_tag=clang-19 --config=asan //...' \
  "$(call test --config=asan //...)"

ready_debian ReadsNoFlagsOfTheProgramThatIsRun clang
expect_eq 'bazel run --repo_env=CC=clang-19 --cc_output_directory_tag=clang-19 //:x -- --config=gcc' \
  "$(call run //:x -- --config=gcc)"

ready_debian FindsTheCommandBehindStartupOptions clang
expect_eq 'bazel --output_base test build --repo_env=CC=clang-19 --cc_output_directory_tag=clang-19 //...' \
  "$(call --output_base test build //...)"
expect_eq 'bazel --output_base=x build --repo_env=CC=clang-19 --cc_output_directory_tag=clang-19' \
  "$(call --output_base=x build)"

ready_debian GivesNoFlagToACommandThatRefusesIt clang
expect_eq 'bazel query --repo_env=CC=clang-19 //...' "$(call query //...)"
expect_eq 'bazel shutdown' "$(call shutdown)"
expect_eq 'bazel --version' "$(call --version)"
expect_eq 'bazel ' "$(call)"

ready_debian KeepsArgumentsWithSpacesWhole clang
stand_in bazel <<<'for argument; do echo "<$argument>"; done'
expect_contains '<--test_arg=a b>' "$(call test '--test_arg=a b' //...)"

echo "$failures failed"
[ "$failures" -eq 0 ]
