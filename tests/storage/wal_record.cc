// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/storage/wal_record.h"

#include <zlib.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace orrery::storage {
namespace {

void AppendNumber(uint64_t value, size_t bytes, std::string& to) {
  for (size_t i = 0; i < bytes; ++i) {
    to.push_back(static_cast<char>(value >> (8 * i)));
  }
}

uint64_t ReadNumber(absl::string_view from, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) {
    value |= uint64_t{static_cast<uint8_t>(from[i])} << (8 * i);
  }
  return value;
}

uint64_t Checksum(absl::string_view bytes) {
  return crc32(0, reinterpret_cast<const Bytef*>(bytes.data()),
               static_cast<uInt>(bytes.size()));
}

}  // namespace

std::string EncodeWalRecord(uint64_t number, absl::string_view text) {
  std::string checked;
  AppendNumber(text.size(), 4, checked);
  AppendNumber(number, 8, checked);
  absl::StrAppend(&checked, text);
  std::string bytes;
  AppendNumber(Checksum(checked), 4, bytes);
  bytes.append(checked);
  return bytes;
}

WalBytes TakeWalRecord(absl::string_view& bytes, WalRecord& record) {
  if (bytes.empty()) return WalBytes::kEnd;
  if (bytes.size() < kWalHeaderBytes) return WalBytes::kCutOff;
  const uint64_t length = ReadNumber(bytes.substr(4), 4);
  if (length > bytes.size() - kWalHeaderBytes) return WalBytes::kCutOff;
  const uint64_t checksum = ReadNumber(bytes, 4);
  record.number = ReadNumber(bytes.substr(8), 8);
  record.text = bytes.substr(kWalHeaderBytes, length);
  const absl::string_view checked = bytes.substr(4, 12 + length);
  bytes.remove_prefix(kWalHeaderBytes + length);
  return checksum == Checksum(checked) ? WalBytes::kRecord : WalBytes::kCorrupt;
}

}  // namespace orrery::storage
