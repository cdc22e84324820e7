// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/report.h"

#include <zlib.h>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "orrery/report/encode.h"
#include "orrery/report/page.h"

namespace orrery {
namespace {

// Half as much again as the best one takes a tenth of the time.
constexpr int kCompressionLevel = 6;

absl::StatusOr<std::string> Compress(absl::string_view bytes) {
  uLongf size = ::compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(size, '\0');
  const int result =
      ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                  reinterpret_cast<const Bytef*>(bytes.data()),
                  static_cast<uLong>(bytes.size()), kCompressionLevel);
  if (result != Z_OK) {
    return absl::InternalError(absl::StrCat("zlib cannot compress a report of ",
                                            bytes.size(),
                                            " bytes: ", ::zError(result)));
  }
  packed.resize(size);
  return packed;
}

}  // namespace

absl::StatusOr<std::string> MakeReport(const Trace& trace,
                                       const ReportOptions& options) {
  absl::StatusOr<std::string> packed = Compress(EncodeReport(trace, options));
  if (!packed.ok()) return packed.status();
  const std::string data = absl::Base64Escape(*packed);
  return absl::StrCat(PageBeforeData(), data, PageAfterData());
}

std::string ReportPath(absl::string_view trace_path) {
  return absl::StrCat(trace_path, ".html");
}

}  // namespace orrery
