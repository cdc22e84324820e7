// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Sites as the compiler at hand lays them down; clean_function_test.cc has more
// of what compilers print.

#include "orrery/base/source_site.h"

#include <coroutine>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(CleanFileTest, TheBuildsFoldersAreCutOff) {
  EXPECT_EQ(CleanFile("base/source_site_test.cc"), "base/source_site_test.cc");
  EXPECT_EQ(CleanFile("./base/ids.h"), "base/ids.h");
  EXPECT_EQ(CleanFile("bazel-out/k8-clang-19-fastbuild/bin/sim/"
                      "_virtual_includes/task/orrery/sim/task.h"),
            "sim/task.h");
  EXPECT_EQ(CleanFile("bazel-out/k8-opt/bin/traces/trace.pb.h"),
            "traces/trace.pb.h");
  EXPECT_EQ(CleanFile("sandbox/bazel-out/k8/bin/a/_virtual_includes/b/c/d.h"),
            "c/d.h");
}

TEST(CleanFileTest, AnImportedOrreryHasTheSamePaths) {
  EXPECT_EQ(CleanFile("external/orrery/sim/sleep.cc"), "sim/sleep.cc");
  EXPECT_EQ(CleanFile("external/orrery~/sim/sleep.cc"), "sim/sleep.cc");
  EXPECT_EQ(CleanFile("bazel-out/k8-fastbuild/bin/external/orrery+/sim/"
                      "_virtual_includes/task/orrery/sim/task.h"),
            "sim/task.h");
  EXPECT_EQ(CleanFile("external/other/sim/sleep.cc"),
            "external/other/sim/sleep.cc");
}

TEST(CleanFileTest, OtherPathsStayAsTheyAre) {
  for (absl::string_view path :
       {"", "a.cc", "/usr/include/c++/12/bits/unique_ptr.h", "orrery/a.cc",
        "bazel-out/", "bazel-out/k8", "bazel-out/k8/bin", "external/orrery",
        "x/_virtual_includes/", "x/_virtual_includes/y"}) {
    EXPECT_EQ(CleanFile(path), path);
    EXPECT_EQ(CleanFile(CleanFile(path)), CleanFile(path));
  }
}

// ---- What the compiler at hand prints ---------------------------------------

std::string Here(SourceSite site = SourceSite::current()) {
  return SiteFunction(site);
}

std::string awaited_in;

// A coroutine that runs at once. It notes where it awaits, as a task does.
struct Eager {
  struct promise_type {
    Eager get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
    std::suspend_never await_transform(
        std::suspend_never ready, SourceSite site = SourceSite::current()) {
      awaited_in = SiteFunction(site);
      return ready;
    }
  };

  // Returns the name of the coroutine.
  std::string Name() const { return std::exchange(awaited_in, ""); }
};

std::string Free(int, const std::string&) { return Here(); }
template <typename T>
std::string Template(T) {
  return Here();
}
Eager Coroutine(std::string) { co_await std::suspend_never(); }
template <typename T>
Eager CoroutineTemplate(T) {
  co_await std::suspend_never();
}

struct Server {
  Server() : name(Here()) {}

  std::string Run() const { return Here(); }
  std::string operator()(int) const { return Here(); }
  bool operator<(std::string* out) const { return (*out = Here()).empty(); }
  explicit operator std::vector<std::string>() const { return {Here()}; }
  Eager Serve(std::vector<int>) const { co_await std::suspend_never(); }
  auto Callback() const {
    return [] { return Here(); };
  }

  std::string name;
};

template <typename T>
struct Box {
  std::string Get() { return Here(); }
  Eager Open() { co_await std::suspend_never(); }
};

TEST(SiteFunctionTest, PlainFunctionsAndMembers) {
  EXPECT_EQ(Free(1, ""), "Free");
  EXPECT_EQ(Template(std::vector<int>()), "Template");
  EXPECT_EQ(Server().name, "Server::Server");
  EXPECT_EQ(Server().Run(), "Server::Run");
  EXPECT_EQ(Box<std::vector<int>>().Get(), "Box::Get");
}

TEST(SiteFunctionTest, Operators) {
  std::string name;
  const Server server;
  EXPECT_EQ(server(1), "Server::operator()");
  EXPECT_FALSE(server < &name);
  EXPECT_EQ(name, "Server::operator<");
  EXPECT_EQ(std::vector<std::string>(server)[0], "Server::operator vector");
}

TEST(SiteFunctionTest, Coroutines) {
  EXPECT_EQ(Coroutine("a").Name(), "Coroutine");
  EXPECT_EQ(CoroutineTemplate(Server()).Name(), "CoroutineTemplate");
  const Server server;
  EXPECT_EQ(server.Serve({}).Name(), "Server::Serve");
  Box<std::vector<int>> box;
  EXPECT_EQ(box.Open().Name(), "Box::Open");
}

TEST(SiteFunctionTest, Lambdas) {
  EXPECT_EQ(Server().Callback()(), "Server::Callback::<lambda>");
  auto plain = [](auto) { return Here(); };
  EXPECT_EQ(plain(1), "SiteFunctionTest_Lambdas::<lambda>");
  auto coroutine = [](int) -> Eager { co_await std::suspend_never(); };
  EXPECT_EQ(coroutine(1).Name(), "SiteFunctionTest_Lambdas::<lambda>");
  auto outer = [] { return [] { return Here(); }; };
  EXPECT_EQ(outer()(), "SiteFunctionTest_Lambdas::<lambda>::<lambda>");
}

TEST(SiteFunctionTest, TheBodyOfATestHasItsName) {
  EXPECT_EQ(Here(), "SiteFunctionTest_TheBodyOfATestHasItsName");
}

TEST(SourceSiteTest, APlaceIsAFileAndALine) {
  const SourceSite site = SourceSite::current();
  EXPECT_EQ(SiteFile(site), "base/source_site_test.cc");
  EXPECT_EQ(FormatSite(site),
            "base/source_site_test.cc:" + std::to_string(site.line()));
}

TEST(SourceSiteTest, APlaceThatIsNotKnownIsEmpty) {
  const SourceSite site;
  EXPECT_EQ(FormatSite(site), "");
  EXPECT_EQ(SiteFile(site), "");
  EXPECT_EQ(SiteFunction(site), "");
}

}  // namespace
}  // namespace orrery
