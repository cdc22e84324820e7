// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/exports/validate.h"

namespace orrery {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kMaxProblems = 20;

class Validator {
 public:
  std::vector<std::string> Problems(absl::string_view json) {
    Struct trace;
    const auto status =
        google::protobuf::util::JsonStringToMessage(std::string(json), &trace);
    if (!status.ok()) {
      Report("it is no JSON object: ", std::string(status.message()));
      return problems_;
    }
    const auto events = trace.fields().find("traceEvents");
    if (events == trace.fields().end() || !events->second.has_list_value()) {
      Report("there is no list \"traceEvents\"");
      return problems_;
    }
    for (const Value& event : events->second.list_value().values()) {
      Check(event.struct_value());
      ++index_;
    }
    for (const auto& [track, open] : open_) {
      if (open) Report("a slice never ends in thread ", track.second);
    }
    for (const auto& [id, ended] : arrows_) {
      if (!ended) Report("arrow ", id, " never ends");
    }
    return problems_;
  }

 private:
  using Track = std::pair<double, double>;  // process, thread

  template <typename... Parts>
  void Report(const Parts&... parts) {
    if (problems_.size() == kMaxProblems) return;
    problems_.push_back(absl::StrCat("event ", index_, ": ", parts...));
  }

  static std::string Text(const Struct& event, const char* key) {
    const auto found = event.fields().find(key);
    return found == event.fields().end() ? "" : found->second.string_value();
  }
  // Reports that there is no such number, unless there is.
  double Number(const Struct& event, const char* key) {
    const auto found = event.fields().find(key);
    if (found == event.fields().end() ||
        found->second.kind_case() != Value::kNumberValue) {
      Report("has no number \"", key, "\"");
      return 0;
    }
    return found->second.number_value();
  }

  void Check(const Struct& event) {
    const std::string type = Text(event, "ph");
    if (type == "M") {
      CheckName(event);
      return;
    }
    const Track track = {Number(event, "pid"), Number(event, "tid")};
    const double time = Number(event, "ts");
    if (time < last_time_) Report("its time goes back");
    last_time_ = time;
    if (!processes_.contains(track.first)) {
      Report("process ", track.first, " has no name");
    }
    const auto found = open_.find(track);
    if (found == open_.end()) {
      Report("thread ", track.second, " has no name");
      return;
    }
    bool& open = found->second;
    if (type == "B") {
      if (open) Report("slices overlap in thread ", track.second);
      open = true;
    } else if (type == "E") {
      if (!open) Report("no slice ends in thread ", track.second);
      open = false;
    } else if (type == "i") {
      if (Text(event, "s") != "t") Report("an instant is not a thread's");
    } else if (type == "s" || type == "f") {
      if (!open) Report("an arrow is in no slice");
      CheckArrow(event, type == "s");
    } else {
      Report("is of no type");
    }
    if (type != "E" &&
        (Text(event, "name").empty() || Text(event, "cat").empty())) {
      Report("has no name, or no category");
    }
  }

  void CheckName(const Struct& event) {
    const std::string what = Text(event, "name");
    const double process = Number(event, "pid");
    const auto args = event.fields().find("args");
    if (args == event.fields().end()) {
      Report("names nothing");
    } else if (what == "process_name" || what == "thread_name") {
      if (Text(args->second.struct_value(), "name").empty()) {
        Report("names nothing");
      }
      const bool is_new =
          what == "process_name"
              ? processes_.insert(process).second
              : open_.emplace(Track(process, Number(event, "tid")), false)
                    .second;
      if (!is_new) Report("names something once more");
    } else if (what == "process_sort_index" || what == "thread_sort_index") {
      Number(args->second.struct_value(), "sort_index");
    } else {
      Report("names something that has no name");
    }
  }

  void CheckArrow(const Struct& event, bool begins) {
    const std::string id = Text(event, "id");
    if (id.empty()) Report("an arrow has no number");
    if (begins) {
      if (!arrows_.emplace(id, false).second) {
        Report("arrow ", id, " begins once more");
      }
      return;
    }
    if (Text(event, "bp") != "e") Report("an arrow ends in the next slice");
    const auto arrow = arrows_.find(id);
    if (arrow == arrows_.end() || arrow->second) {
      Report("arrow ", id, " ends and has not begun");
    }
    arrows_[id] = true;
  }

  std::vector<std::string> problems_;
  size_t index_ = 0;
  double last_time_ = 0;
  std::set<double> processes_;
  std::map<Track, bool> open_;          // by track that has a name: a slice is
  std::map<std::string, bool> arrows_;  // whether they have ended
};

}  // namespace

std::vector<std::string> ProblemsInChrome(absl::string_view json) {
  return Validator().Problems(json);
}

}  // namespace orrery
