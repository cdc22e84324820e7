// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MessageAsJson`: a protobuf message for other programs. Every key is there,
// zero or not, unless it is optional, and numbers are numbers: protobuf's own
// printer quotes those of 64 bits, and takes ten times as long.

#ifndef ORRERY_TRACES_MESSAGE_JSON_H_
#define ORRERY_TRACES_MESSAGE_JSON_H_

#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace orrery {

// Returns `message` as one JSON object on one line, with the fields in the
// order in which the message declares them. Those that are `optional`, and
// messages, are left out where they are not set. It has fields of the types
// string, bool, uint32, uint64, int64 and double (a finite one), messages,
// lists of strings, and lists of messages; strings are valid UTF-8 (see
// `Utf8`).
std::string MessageAsJson(const google::protobuf::Message& message);

// Returns `text` with each byte that is not part of a character in UTF-8
// replaced by U+FFFD.
std::string Utf8(absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_TRACES_MESSAGE_JSON_H_
