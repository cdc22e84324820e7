// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a test program has printed, taken apart.

#ifndef ORRERY_TESTS_TESTING_OUTPUT_H_
#define ORRERY_TESTS_TESTING_OUTPUT_H_

#include <string>
#include <vector>

namespace orrery {

std::vector<std::string> SplitLines(const std::string& text);

// Returns the lines of the first failure in `output`: from GoogleTest's
// "x.cc:12: Failure" to the end of the test's message. Empty if there is none.
std::vector<std::string> FailureIn(const std::string& output);

// Returns what failed, when and where: the lines of a failure before the one
// that begins with "seed".
std::vector<std::string> WhatFailed(const std::vector<std::string>& failure);

// Returns what follows `prefix` in the first line that begins with it; "" if
// there is no such line.
std::string ValueOf(const std::string& prefix,
                    const std::vector<std::string>& lines);

// Replaces "FILE:12" by the text of line 12 of that file, in angle brackets.
// Then a test need not count lines, and finds out if one is wrong.
std::string WithSourceLines(const std::string& text, const std::string& file);

}  // namespace orrery

#endif  // ORRERY_TESTS_TESTING_OUTPUT_H_
