// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/source_site.h"

#include <cstddef>
#include <initializer_list>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace orrery {
namespace {

constexpr absl::string_view kLambda = "<lambda>";
constexpr absl::string_view kUnnamed = "<unnamed>";

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '~' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;  // letters in UTF-8
}

bool IsOperatorCharacter(char c) {
  return absl::string_view("+-*/%^&|~!=<>,").find(c) != absl::string_view::npos;
}

// Reads a signature from left to right. What it has read since the last space
// is the name, until a parameter list ends it:
//
//   std::map<int, bool> &orrery::Bank::Accounts(int) const
//                       ^reset    ^reset        ^over
//
// A local class or a lambda goes on behind the parameters of the function that
// it stands in: "Main()::<lambda()>".
class NameReader {
 public:
  explicit NameReader(absl::string_view text) : text_(text) {}

  std::string Read() {
    while (at_ < text_.size() && !over_) ReadPart();
    return std::move(name_);
  }

 private:
  absl::string_view rest() const { return text_.substr(at_); }
  // Whether the next part of a qualified name begins here.
  bool AtPart() const { return name_.empty() || absl::EndsWith(name_, "::"); }

  bool Consume(absl::string_view prefix) {
    if (!absl::StartsWith(rest(), prefix)) return false;
    at_ += prefix.size();
    return true;
  }

  void ReadPart() {
    if (Consume("(anonymous namespace)::") || Consume("{anonymous}::")) return;
    const char c = text_[at_];
    if (IsWordCharacter(c)) {
      ReadWord();
    } else if (c == '<' || c == '{') {
      // Template arguments, unless a name should stand here.
      if (AtPart()) NameNameless({"<lambda", "{lambda"});
      SkipGroup();
    } else if (c == '(') {
      ReadParenthesis();
    } else if (Consume("::")) {
      if (!name_.empty()) name_ += "::";
    } else if (c == ' ' && absl::EndsWith(name_, kLambda)) {
      over_ = true;  // g++ prints no parameter list behind a lambda's name
    } else {
      name_.clear();  // it was the return type or a part of it
      ++at_;
    }
  }

  void ReadWord() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsWordCharacter(text_[at_])) ++at_;
    const absl::string_view word = text_.substr(begin, at_ - begin);
    if (word == "decltype") {  // a return type that is an expression
      Consume(" ");
      if (absl::StartsWith(rest(), "(")) SkipGroup();
    } else if (word == "operator" && AtPart()) {
      ReadOperator();
    } else {
      absl::StrAppend(&name_, word);
    }
  }

  void ReadParenthesis() {
    if (AtPart() && absl::StartsWith(rest(), "(anonymous class)::operator()")) {
      absl::StrAppend(&name_, kLambda);
      SkipGroup();
    } else if (AtPart() && (absl::StartsWith(rest(), "(lambda at ") ||
                            absl::StartsWith(rest(), "(anonymous ") ||
                            absl::StartsWith(rest(), "(unnamed "))) {
      NameNameless({"(lambda"});
      SkipGroup();
    } else if (name_.empty()) {
      ++at_;  // the name is inside: "void (*Find(int))(int)"
    } else {
      SkipGroup();
      SkipQualifiers();
      over_ = !absl::StartsWith(rest(), "::");
    }
  }

  // Appends a name for what has none: a lambda, if one of the marks of a lambda
  // is here, or else a class.
  void NameNameless(std::initializer_list<absl::string_view> lambda_marks) {
    for (absl::string_view mark : lambda_marks) {
      if (!absl::StartsWith(rest(), mark)) continue;
      absl::StrAppend(&name_, kLambda);
      return;
    }
    absl::StrAppend(&name_, kUnnamed);
  }

  // What may stand between a function's parameters and a name inside of it.
  void SkipQualifiers() {
    while (Consume(" const") || Consume(" volatile") || Consume(" &&") ||
           Consume(" &") || Consume(" noexcept")) {
    }
    if (absl::StartsWith(rest(), " [")) {
      ++at_;
      SkipGroup();
    }
  }

  void ReadOperator() {
    // A lambda's operator goes without saying.
    if (absl::EndsWith(name_, "<lambda>::") && Consume("()")) {
      name_.resize(name_.size() - 2);
      return;
    }
    absl::StrAppend(&name_, "operator");
    const size_t begin = at_;
    if (Consume("()") || Consume("[]")) {
      absl::StrAppend(&name_, text_.substr(begin, 2));
    } else if (Consume("\"\"")) {
      Consume(" ");
      absl::StrAppend(&name_, "\"\"");
    } else if (Consume(" ")) {
      absl::StrAppend(&name_, " ", ReadOperatorType());
    } else {
      while (at_ < text_.size() && IsOperatorCharacter(text_[at_])) ++at_;
      absl::StrAppend(&name_, text_.substr(begin, at_ - begin));
    }
  }

  // Returns what a conversion operator converts to: "bool", or "vector" for
  // "std::vector<int>". Also the "new" and the "delete[]" of those operators.
  std::string ReadOperatorType() {
    std::string type;
    while (at_ < text_.size() && text_[at_] != '(') {
      const char c = text_[at_];
      if (c == '<') {
        SkipGroup();
        continue;
      }
      ++at_;
      if (c == ':') {
        type.resize(type.rfind(' ') + 1);  // a qualifier: up to npos + 1 == 0
      } else if ((c == '*' || c == '&' || c == '[') &&
                 absl::EndsWith(type, " ")) {
        type.back() = c;
      } else {
        type += c;
      }
    }
    return type;
  }

  // Skips the bracket that opens here, with all that is in it.
  void SkipGroup() {
    std::string open;  // the brackets that are open
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(' || c == '[' || c == '{' || c == '<') {
        open += c;
      } else if (c == '>') {
        const bool arrow = at_ > 0 && text_[at_ - 1] == '-';
        if (!arrow && open.back() == '<') open.pop_back();
      } else if (c == ')' || c == ']' || c == '}') {
        // A '<' that nothing has closed was a comparison.
        while (open.size() > 1 && open.back() == '<') open.pop_back();
        open.pop_back();
      } else if (c == '\'') {
        SkipCharacter();
      }
      if (open.empty()) {
        ++at_;
        return;
      }
    }
  }

  // Moves to the end of a character constant, which may be a bracket: '('.
  void SkipCharacter() {
    const bool escaped = at_ + 1 < text_.size() && text_[at_ + 1] == '\\';
    const size_t end = text_.find('\'', at_ + (escaped ? 3 : 2));
    if (end != absl::string_view::npos) at_ = end;
  }

  absl::string_view text_;
  size_t at_ = 0;
  std::string name_;
  bool over_ = false;
};

// Cuts `mark` out of `name` where it ends a part of it.
void CutMark(std::string& name, absl::string_view mark) {
  const size_t at = name.find(mark.data(), 0, mark.size());
  if (at == std::string::npos) return;
  const absl::string_view rest =
      absl::string_view(name).substr(at + mark.size());
  if (rest.empty() || absl::StartsWith(rest, "::")) name.erase(at, mark.size());
}

// Cuts off the text up to and with the next '/'.
bool ConsumeFolder(absl::string_view& file) {
  const size_t slash = file.find('/');
  if (slash == absl::string_view::npos) return false;
  file.remove_prefix(slash + 1);
  return true;
}

}  // namespace

absl::string_view CleanFile(absl::string_view file) {
  while (absl::ConsumePrefix(&file, "./")) {
  }
  // bazel-out/k8-fastbuild/bin/sim/_virtual_includes/task/orrery/sim/task.h
  constexpr absl::string_view kVirtual = "/_virtual_includes/";
  const size_t at = file.find(kVirtual);
  if (at != absl::string_view::npos) {
    absl::string_view rest = file.substr(at + kVirtual.size());
    if (ConsumeFolder(rest)) {
      absl::ConsumePrefix(&rest, "orrery/");
      return rest;
    }
  }
  // bazel-out/k8-fastbuild/bin/traces/trace.pb.h
  absl::string_view rest = file;
  if (absl::ConsumePrefix(&rest, "bazel-out/") && ConsumeFolder(rest) &&
      ConsumeFolder(rest)) {
    file = rest;
  }
  // external/orrery~/sim/sleep.cc, in a workspace that imports Orrery
  if (absl::StartsWith(file, "external/orrery")) {
    rest = file.substr(absl::string_view("external/").size());
    if (ConsumeFolder(rest)) file = rest;
  }
  return file;
}

std::string CleanFunction(absl::string_view function) {
  std::string name = NameReader(function).Read();
  if (absl::StartsWith(name, "orrery::")) {
    name.erase(0, absl::string_view("orrery::").size());
  }
  // The body of a test is a member of a class that the macro makes.
  CutMark(name, "_SimTest::OrreryBody");
  CutMark(name, "_Test::TestBody");
  return name;
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
