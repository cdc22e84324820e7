// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/call_stack.h"

#include <cxxabi.h>
#include <execinfo.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "absl/base/options.h"
#include "absl/debugging/symbolize.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace orrery {
namespace {

#define ORRERY_TEXT_OF_(word) #word
#define ORRERY_TEXT_OF(word) ORRERY_TEXT_OF_(word)

std::string WithoutVersion(absl::string_view name) {
#if ABSL_OPTION_USE_INLINE_NAMESPACE
  return absl::StrReplaceAll(
      name, {{"absl::" ORRERY_TEXT_OF(ABSL_OPTION_INLINE_NAMESPACE_NAME) "::",
              "absl::"}});
#else
  return std::string(name);
#endif
}

}  // namespace

std::string ReadableName(std::string symbol) {
  if (!absl::StartsWith(symbol, "_Z")) return WithoutVersion(symbol);
  // What compilers append to the name of a part of a function.
  symbol.resize(std::min(symbol.size(), symbol.find('.')));
  int status = 0;
  char* readable =
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  if (readable == nullptr) return symbol;
  std::string result = readable;
  std::free(readable);
  return WithoutVersion(result);
}

std::vector<const void*> CallAddresses(const void* from) {
  constexpr int kMaxDepth = 64;
  void* frames[kMaxDepth];
  void** const end = frames + ::backtrace(frames, kMaxDepth);
  void** begin = std::find(frames, end, from);
  if (begin == end) begin = std::find(frames, end, __builtin_return_address(0));
  if (begin == end) begin = frames;
  return std::vector<const void*>(begin, end);
}

std::string FunctionAt(const void* address) {
  char name[1024];
  // A call may be the last thing in a function, and return to the next one.
  const void* const within = static_cast<const char*>(address) - 1;
  return absl::Symbolize(within, name, sizeof(name)) ? ReadableName(name) : "?";
}

std::vector<std::string> CallStack(const void* from) {
  std::vector<std::string> names;
  for (const void* address :
       CallAddresses(from != nullptr ? from : __builtin_return_address(0))) {
    names.push_back(FunctionAt(address));
  }
  return names;
}

}  // namespace orrery
