// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/message_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

using google::protobuf::FieldDescriptor;

// Returns how many bytes of `text`, which is not empty, are its first
// character in UTF-8; 0 if they are none.
size_t CharacterSize(absl::string_view text) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Longer than it has to be, half of a surrogate pair, past the last one.
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
      (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f)) {
    return 0;
  }
  return size;
}

void AppendJsonString(absl::string_view text, std::string* json) {
  json->push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') json->push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppend(json, "\\u", absl::Hex(c, absl::kZeroPad4));
    } else {
      json->push_back(c);
    }
  }
  json->push_back('"');
}

// The shortest text that is this number again. JSON has none for infinity.
void AppendJsonDouble(double value, std::string* json) {
  ORRERY_CHECK(std::isfinite(value), "JSON has no such number");
  char digits[400];  // the largest has 309 of them
  const auto end = std::to_chars(digits, digits + sizeof(digits), value,
                                 std::chars_format::fixed)
                       .ptr;
  json->append(digits, end);
}

void AppendJson(const google::protobuf::Message& message, std::string* json);

// A list of texts or of messages.
void AppendJsonList(const google::protobuf::Message& message,
                    const FieldDescriptor* field, std::string* json) {
  const auto& reflection = *message.GetReflection();
  json->push_back('[');
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    if (i > 0) json->push_back(',');
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AppendJson(reflection.GetRepeatedMessage(message, field, i), json);
    } else {
      AppendJsonString(reflection.GetRepeatedString(message, field, i), json);
    }
  }
  json->push_back(']');
}

// Every key on every line, zero or not, unless it is optional, and numbers as
// numbers: protobuf's own printer quotes those of 64 bits, and takes ten times
// as long.
void AppendJson(const google::protobuf::Message& message, std::string* json) {
  const auto& reflection = *message.GetReflection();
  const auto& type = *message.GetDescriptor();
  json->push_back('{');
  bool is_first = true;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->has_presence() && !reflection.HasField(message, field)) continue;
    absl::StrAppend(json, is_first ? "\"" : ",\"", std::string(field->name()),
                    "\":");
    is_first = false;
    if (field->is_repeated()) {
      AppendJsonList(message, field, json);
      continue;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        AppendJsonString(reflection.GetString(message, field), json);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        absl::StrAppend(json,
                        reflection.GetBool(message, field) ? "true" : "false");
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        absl::StrAppend(json, reflection.GetUInt32(message, field));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        absl::StrAppend(json, reflection.GetUInt64(message, field));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(json, reflection.GetInt64(message, field));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        AppendJsonDouble(reflection.GetDouble(message, field), json);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        AppendJson(reflection.GetMessage(message, field), json);
        break;
      default:
        ORRERY_CHECK(false, "a printed message has a field of another type");
    }
  }
  json->push_back('}');
}

}  // namespace

std::string Utf8(absl::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t size = CharacterSize(text);
    absl::StrAppend(&valid, size == 0 ? "\xef\xbf\xbd" : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

std::string MessageAsJson(const google::protobuf::Message& message) {
  std::string json;
  AppendJson(message, &json);
  return json;
}

}  // namespace orrery
