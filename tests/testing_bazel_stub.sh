#!/bin/sh
# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
#
# Stands in for `bazel` in testing_bazel_test, which cannot start the real one:
# that waits for the very test. In the folder where it is called, the root of a
# workspace with a bazel-bin,
#
#   bazel test //tests:failing_sample --test_filter=X --test_env=Y=1 ...
#
# runs bazel-bin/tests/failing_sample with the environment and the folders that
# Bazel would give it, and keeps its outputs as Bazel would: as an archive (up to
# version 7), or, if STUB_KEEPS_FOLDER is set, as a folder. STUB_SHARDS is the
# test's shard_count, STUB_RUN the number of a repetition.

set -eu

complain() {
  echo "testing_bazel_stub: $*" >&2
  exit 9
}

[ "$1" = test ] || complain "cannot $1"
target=$2
shift 2
path=$(echo "${target#//}" | tr : /)
shards=${STUB_SHARDS:-0}
set_environment=
arguments=
shows_all=false
for flag; do
  case "$flag" in
    --test_filter=*) set_environment="$set_environment TESTBRIDGE_TEST_ONLY=${flag#*=}" ;;
    --test_env=*) set_environment="$set_environment ${flag#*=}" ;;
    --test_arg=*) arguments="$arguments ${flag#*=}" ;;
    --test_sharding_strategy=disabled) shards=0 ;;
    --test_output=all) shows_all=true ;;
    *) complain "$flag: what would Bazel do?" ;;
  esac
done

root=$PWD
program=$root/bazel-bin/$path
[ -x "$program" ] || complain "$target was not built"

# Runs one shard (0, 1, ...; "" if there are none) in a sandbox of its own.
run_shard() {
  name=
  if [ -n "$1" ]; then
    name=/shard_$(($1 + 1))_of_$shards
  fi
  logs=testlogs/$path$name
  sandbox=$root/sandbox/execroot
  outputs=$sandbox/bazel-out/k8-fastbuild/$logs/test.outputs
  rm -rf "$root/sandbox"
  mkdir -p "$outputs" "$sandbox/tmp" "$root/bazel-$logs"
  status=0
  # shellcheck disable=SC2086  # words of their own
  (
    cd "$sandbox"
    exec env $set_environment \
      TEST_TARGET="$target" TEST_TMPDIR="$sandbox/tmp" \
      TEST_UNDECLARED_OUTPUTS_DIR="$outputs" XML_OUTPUT_FILE="$root/bazel-$logs/test.xml" \
      ${STUB_RUN:+TEST_RANDOM_SEED=$STUB_RUN} \
      ${1:+TEST_TOTAL_SHARDS=$shards TEST_SHARD_INDEX=$1} \
      ${1:+GTEST_TOTAL_SHARDS=$shards GTEST_SHARD_INDEX=$1} \
      "$program" $arguments
  ) >"$root/bazel-$logs/test.log" 2>&1 || status=$?
  kept=$root/bazel-$logs/test.outputs
  rm -rf "$kept"
  mkdir "$kept"
  if [ -n "${STUB_KEEPS_FOLDER:-}" ]; then
    cp -R "$outputs/." "$kept"
  elif [ -n "$(ls "$outputs")" ]; then
    (cd "$outputs" && python3 -m zipfile -c "$kept/outputs.zip" ./*)
  fi
  # The test's own folder goes, and with it every path that it has seen.
  rm -rf "$root/sandbox"
  if $shows_all || [ $status -ne 0 ]; then
    cat "$root/bazel-$logs/test.log"
  fi
  [ $status -eq 0 ] || failed=true
}

failed=false
if [ "$shards" -eq 0 ]; then
  run_shard ""
else
  shard=0
  while [ $shard -lt "$shards" ]; do
    run_shard $shard
    shard=$((shard + 1))
  done
fi
$failed && exit 3
exit 0
