// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace orrery {
namespace {

// Nobody watches what is over by then.
constexpr absl::Duration kFirst = absl::Seconds(1);
constexpr absl::Duration kInterval = absl::Milliseconds(200);

bool WantsColor() {
  static const bool wants = [] {
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    const char* term = std::getenv("TERM");
    if (term == nullptr || absl::string_view(term) == "dumb") return false;
    return ::isatty(STDOUT_FILENO) == 1;
  }();
  return wants;
}

absl::string_view Code(Color color) {
  switch (color) {
    case Color::kRed:
      return "\x1b[31m";
    case Color::kYellow:
      return "\x1b[33m";
    case Color::kCyan:
      return "\x1b[36m";
    case Color::kDim:
      return "\x1b[2m";
  }
  return "";
}

}  // namespace

size_t TerminalColumns() {
  struct winsize size = {};
  if (::isatty(STDOUT_FILENO) == 1 &&
      ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return kDefaultColumns;
}

std::string Paint(Color color, absl::string_view text) {
  if (text.empty() || !WantsColor()) return std::string(text);
  return absl::StrCat(Code(color), text, "\x1b[0m");
}

std::string FormatProgress(absl::string_view what, uint64_t done,
                           uint64_t all) {
  const double share =
      all == 0 ? 1 : static_cast<double>(done) / static_cast<double>(all);
  return absl::StrFormat("%s: %d%%", what, static_cast<int>(share * 100));
}

Progress::Progress(absl::string_view what)
    : what_(what),
      on_(::isatty(STDERR_FILENO) == 1),
      next_(on_ ? absl::Now() + kFirst : absl::InfiniteFuture()) {}

Progress::~Progress() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

void Progress::Update(uint64_t done, uint64_t all) {
  if (!on_) return;
  const absl::Time now = absl::Now();
  if (now < next_) return;
  next_ = now + kInterval;
  std::fprintf(stderr, "\r\x1b[K%s", FormatProgress(what_, done, all).c_str());
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace orrery
