// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery merge`: what a campaign that was spread over shards came to.

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/unpack.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/campaign_merge.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {
namespace {

namespace fs = std::filesystem;

// A folder that is gone at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "orrery-merge-XXXXXX");
    if (!error && ::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  // Returns a new folder within it; empty if there is none to be had.
  std::string New() {
    if (path_.empty()) return "";
    std::error_code error;
    const std::string path = absl::StrCat(path_, "/", ++count_);
    fs::create_directory(path, error);
    return error ? "" : path;
  }

 private:
  std::string path_;
  int count_ = 0;
};

class Merger {
 public:
  // Adds the file or the folder that was named on the command line.
  void AddOperand(const std::string& operand) {
    const std::string path = OperandPath(operand);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      Say(absl::StrCat("merge: there is no file or folder ", operand));
    } else if (fs::is_directory(status)) {
      const int before = found_;
      AddFolder(path, operand);
      if (found_ == before) {
        Say(absl::StrCat("merge: ", operand, " has no results (files *",
                         kCampaignSuffix,
                         "); a swarm test leaves them in its test.outputs, see "
                         "docs/scaling.md"));
      }
    } else if (absl::EndsWith(path, ".zip")) {
      const int before = found_;
      AddArchive(path, operand);
      if (found_ == before) {
        Say(absl::StrCat("merge: ", operand, " has no results in it"));
      }
    } else {
      AddFile(path, operand);
    }
  }

  int Finish() {
    PrintLine(absl::GetFlag(FLAGS_json)
                  ? merge_.AsJson()
                  : std::string(absl::StripSuffix(merge_.AsText(), "\n")));
    if (exit_code_ != kSame) return exit_code_;
    return merge_.ok() ? kSame : kDifferent;
  }

 private:
  void Say(const std::string& message) { exit_code_ = Trouble(message); }

  // `name` is what the file is called in messages.
  void AddFile(const std::string& path, const std::string& name) {
    ++found_;
    absl::StatusOr<CampaignResults> results = ReadCampaignResults(path);
    absl::Status status = results.status();
    if (status.ok()) status = merge_.Add(*results, name);
    if (!status.ok()) Say(absl::StrCat("merge: ", status.message()));
  }

  void AddArchive(const std::string& path, const std::string& name) {
    const std::string folder = scratch_.New();
    if (folder.empty()) {
      Say("merge: cannot make a folder to unpack archives in; TMPDIR says "
          "where");
      return;
    }
    const absl::Status status = Unpack(path, folder);
    if (!status.ok()) {
      ++found_;  // said already
      Say(absl::StrCat("merge: ", status.message()));
      return;
    }
    AddFolder(folder, name);
  }

  // Adds all results below the folder, also from Bazel's archives, in the order
  // of their names.
  void AddFolder(const std::string& folder, const std::string& name) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end;
         !error && it != end; it.increment(error)) {
      const std::string path = it->path().string();
      if (absl::EndsWith(path, kCampaignSuffix) ||
          it->path().filename() == "outputs.zip") {
        files.push_back(path);
      }
    }
    if (error) {
      Say(absl::StrCat("merge: cannot look through ", name, ": ",
                       error.message()));
    }
    std::sort(files.begin(), files.end());
    for (const std::string& path : files) {
      const std::string shown = absl::StrCat(name, path.substr(folder.size()));
      if (absl::EndsWith(path, ".zip")) {
        AddArchive(path, shown);
      } else {
        AddFile(path, shown);
      }
    }
  }

  CampaignMerge merge_;
  ScratchFolder scratch_;
  int found_ = 0;
  int exit_code_ = kSame;
};

int Run(const std::vector<std::string>& files) {
  if (files.empty()) {
    return Trouble("merge: name files of results, or folders that have some");
  }
  Merger merger;
  for (const std::string& file : files) merger.AddOperand(file);
  return merger.Finish();
}

}  // namespace

constinit const Verb kMergeVerb = {
    .name = "merge",
    .summary = "what campaigns spread over shards came to",
    .operands = "FILE...",
    .flags = "json",
    .details =
        R"(FILE may be a folder, bazel-testlogs/bank/transfer_swarm for one. All is well if
nothing failed, every Sometimes and Reachable has happened, and no part is
missing.

  --json    as JSON, one object)",
    .one_means = "not all is well",
    .run = Run};

}  // namespace orrery
