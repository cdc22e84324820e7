// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/source_site.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace orrery {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '~' || c == ':';
}

}  // namespace

absl::string_view CleanFile(absl::string_view file) {
  // bazel-out/k8-fastbuild/bin/sim/_virtual_includes/task/orrery/sim/task.h
  constexpr absl::string_view kVirtual = "/_virtual_includes/";
  const size_t at = file.find(kVirtual);
  if (at != absl::string_view::npos) {
    absl::string_view rest = file.substr(at + kVirtual.size());
    const size_t slash = rest.find('/');
    if (slash != absl::string_view::npos) {
      file = rest.substr(slash + 1);
      absl::ConsumePrefix(&file, "orrery/");
    }
  }
  while (absl::ConsumePrefix(&file, "./")) {
  }
  return file;
}

std::string CleanFunction(absl::string_view function) {
  // Compilers print whole signatures: "orrery::Task<> (anonymous
  // namespace)::SayAfter(absl::Duration, std::string)"; g++ writes coroutines
  // as "void SayAfter(SayAfter(absl::Duration)::_Z8SayAfter...Frame*)". The
  // name ends at the first '(' outside angle brackets that opens a parameter
  // list.
  size_t end = function.size();
  int angles = 0;
  for (size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    if (c == '<') ++angles;
    if (c == '>' && angles > 0) --angles;
    if (c != '(' || angles > 0) continue;
    const absl::string_view rest = function.substr(i);
    if (absl::StartsWith(rest, "(anonymous namespace)")) {
      i += absl::string_view("(anonymous namespace)").size() - 1;
      continue;
    }
    end = i;
    break;
  }
  // Walk back over the name and over what template arguments it has.
  size_t begin = end;
  while (begin > 0) {
    const char c = function[begin - 1];
    if (c == '>') {
      int depth = 0;
      size_t open = begin;
      while (open > 0) {
        --open;
        if (function[open] == '>') ++depth;
        if (function[open] == '<' && --depth == 0) break;
      }
      begin = open;
      continue;
    }
    if (!IsNameCharacter(c)) break;
    --begin;
  }
  absl::string_view name = function.substr(begin, end - begin);
  while (absl::ConsumePrefix(&name, "::")) {
  }
  absl::ConsumePrefix(&name, "orrery::");
  // The body of a simulated test is a member of a class that the macro makes.
  absl::ConsumeSuffix(&name, "_SimTest::OrreryBody");
  return std::string(name);
}

absl::string_view SiteFile(const SourceSite& site) {
  return CleanFile(site.file_name());
}

std::string SiteFunction(const SourceSite& site) {
  return CleanFunction(site.function_name());
}

std::string FormatSite(const SourceSite& site) {
  if (site.line() == 0) return "";
  return absl::StrCat(SiteFile(site), ":", site.line());
}

}  // namespace orrery
