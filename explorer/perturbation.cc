// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/perturbation.h"

#include <locale.h>

#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

// Of a folder with more in it than this only so much is linked.
constexpr int kMaxLinks = 4096;

// Other people's names and folders, which exist nowhere.
constexpr struct {
  const char* name;
  const char* value;
} kOther[] = {
    {"COLUMNS", "61"},
    {"EDITOR", "/nonexistent/edit"},
    {"HOME", "/nonexistent/tycho"},
    {"HOSTNAME", "uraniborg"},
    {"LINES", "17"},
    {"LOGNAME", "tycho"},
    {"OLDPWD", "/nonexistent/hven"},
    {"SHELL", "/nonexistent/sh"},
    {"TERM", "dumb"},
    {"USER", "tycho"},
};

// From those whose numbers, letters or dates differ most to those that every
// machine has.
constexpr const char* kLocales[] = {"de_DE.UTF-8", "tr_TR.UTF-8", "fr_FR.UTF-8",
                                    "C.UTF-8",     "C.utf8",      "POSIX"};

constexpr const char* kTimeZones[] = {"Pacific/Kiritimati", "Asia/Kathmandu"};

std::string ValueOf(const std::vector<std::string>& environment,
                    absl::string_view name) {
  for (const std::string& entry : environment) {
    if (absl::StartsWith(entry, absl::StrCat(name, "="))) {
      return entry.substr(name.size() + 1);
    }
  }
  return "";
}

void Set(std::vector<std::string>& environment, absl::string_view name,
         absl::string_view value) {
  const std::string prefix = absl::StrCat(name, "=");
  std::erase_if(environment, [&](const std::string& entry) {
    return absl::StartsWith(entry, prefix);
  });
  environment.push_back(absl::StrCat(prefix, value));
}

// For variables that hold a list with colons between its items.
void Append(std::vector<std::string>& environment, absl::string_view name,
            absl::string_view item) {
  const std::string before = ValueOf(environment, name);
  Set(environment, name, absl::StrCat(before, before.empty() ? "" : ":", item));
}

bool IsInstalled(const char* locale) {
  const locale_t made = ::newlocale(LC_ALL_MASK, locale, nullptr);
  if (made == nullptr) return false;
  ::freelocale(made);
  return true;
}

std::string OtherLocale(const std::vector<std::string>& environment) {
  std::string now = ValueOf(environment, "LC_ALL");
  if (now.empty()) now = ValueOf(environment, "LANG");
  for (const char* locale : kLocales) {
    if (locale != now && IsInstalled(locale)) return locale;
  }
  return "C";
}

std::string OtherTimeZone(const std::vector<std::string>& environment) {
  const std::string now = ValueOf(environment, "TZ");
  for (const char* zone : kTimeZones) {
    std::error_code ignored;
    if (zone != now &&
        std::filesystem::exists(absl::StrCat("/usr/share/zoneinfo/", zone),
                                ignored)) {
      return zone;
    }
  }
  return now == "HVN-13:37" ? "UTC0" : "HVN-13:37";  // needs no file
}

}  // namespace

absl::string_view PerturbationText(Perturbation one) {
  switch (one) {
    case Perturbation::kEnvironment:
      return "other variables in its environment (HOME, USER, ...)";
    case Perturbation::kLocale:
      return "another locale";
    case Perturbation::kTimeZone:
      return "another time zone";
    case Perturbation::kFolder:
      return "another working directory";
    case Perturbation::kContents:
      return "other contents of fresh memory";
    case Perturbation::kHeapLayout:
      return "another heap layout";
  }
  ORRERY_CHECK(false, "no such perturbation");
  return "";
}

absl::string_view PerturbationHint(Perturbation one) {
  switch (one) {
    case Perturbation::kEnvironment:
      return "the program reads its environment (getenv)";
    case Perturbation::kLocale:
      return "the program uses the user's locale (setlocale, std::locale)";
    case Perturbation::kTimeZone:
      return "the program uses the machine's time zone (localtime, "
             "absl::LocalTimeZone)";
    case Perturbation::kFolder:
      return "the program uses its working directory (a relative path, getcwd)";
    case Perturbation::kContents:
      return "the program reads memory that it has not written to";
    case Perturbation::kHeapLayout:
      return "the program orders or hashes pointers (a std::set or std::map "
             "with pointers as keys, a sort), or reads memory that it has not "
             "written to";
  }
  ORRERY_CHECK(false, "no such perturbation");
  return "";
}

std::vector<std::string> PerturbedEnvironment(
    std::vector<std::string> environment, Perturbations which) {
  if (which.Has(Perturbation::kEnvironment)) {
    for (const auto& [name, value] : kOther) Set(environment, name, value);
    // It lies on the stack, below everything else.
    Set(environment, "ORRERY_PADDING", std::string(4321, 'x'));
  }
  if (which.Has(Perturbation::kLocale)) {
    const std::string locale = OtherLocale(environment);
    Set(environment, "LANG", locale);
    Set(environment, "LC_ALL", locale);
  }
  if (which.Has(Perturbation::kTimeZone)) {
    Set(environment, "TZ", OtherTimeZone(environment));
  }
  if (which.Has(Perturbation::kContents)) {
    // glibc fills what it hands out with the complement of this; sanitizers
    // have their own allocators, and an option of their own.
    Append(environment, "GLIBC_TUNABLES", "glibc.malloc.perturb=165");
    Append(environment, "ASAN_OPTIONS",
           "malloc_fill_byte=90:max_malloc_fill_size=1048576:free_fill_byte="
           "165:max_free_fill_size=1048576");
  }
  if (which.Has(Perturbation::kHeapLayout)) {
    // Without its caches, glibc's malloc uses what the scrambler has left.
    // Without a quarantine, so does AddressSanitizer's.
    Append(environment, "GLIBC_TUNABLES", "glibc.malloc.tcache_count=0");
    Append(environment, "ASAN_OPTIONS",
           "quarantine_size_mb=0:thread_local_quarantine_size_kb=0");
    Set(environment, kScrambleVariable, "1601");
  }
  return environment;
}

std::string MakeOtherFolder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return absl::StrCat(path, ": ", error.message());
  int links = 0;
  fs::directory_iterator entries(fs::current_path(error), error);
  // A folder that cannot be read has nothing to offer either.
  for (; !error && entries != fs::directory_iterator() && links < kMaxLinks;
       entries.increment(error)) {
    std::error_code ignored;
    fs::create_symlink(entries->path(),
                       fs::path(path) / entries->path().filename(), ignored);
    ++links;
  }
  return "";
}

}  // namespace orrery
