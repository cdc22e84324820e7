// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Every way out, called inside a simulation, outside of it, and where it is
// allowed.

#include "orrery/testing/no_escape.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <future>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"
#include "orrery/testing/escapes.h"

namespace orrery {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// ---- Ways out ---------------------------------------------------------------
//
// Static functions, each with a name that a report has to show. `sink` keeps
// calls from being left out, and from being the last thing in a function, which
// would take its name from the stack.

volatile int64_t sink;

#define WAY_OUT(Name) [[gnu::noinline]] static void Name()

WAY_OUT(CallClockGettime) {
  timespec time = {};
  sink = ::clock_gettime(CLOCK_MONOTONIC, &time);
}
WAY_OUT(CallGettimeofday) {
  timeval time = {};
  sink = ::gettimeofday(&time, nullptr);
}
WAY_OUT(CallTime) { sink = ::time(nullptr); }
WAY_OUT(CallClock) { sink = static_cast<int64_t>(::clock()); }
WAY_OUT(CallTimespecGet) {
  timespec time = {};
  sink = ::timespec_get(&time, TIME_UTC);
}
WAY_OUT(CallSystemClock) {
  sink = std::chrono::system_clock::now().time_since_epoch().count();
}
WAY_OUT(CallSteadyClock) {
  sink = std::chrono::steady_clock::now().time_since_epoch().count();
}
WAY_OUT(CallAbslNow) { sink = absl::ToUnixNanos(absl::Now()); }

WAY_OUT(CallNanosleep) {
  const timespec time = {0, 1000};
  sink = ::nanosleep(&time, nullptr);
}
WAY_OUT(CallClockNanosleep) {
  const timespec time = {0, 1000};
  sink = ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}
WAY_OUT(CallUsleep) { sink = ::usleep(1); }
WAY_OUT(CallSleep) { sink = ::sleep(0); }
WAY_OUT(CallThrdSleep) {
  const timespec time = {0, 1000};
  sink = ::thrd_sleep(&time, nullptr);
}
WAY_OUT(CallSleepFor) {
  std::this_thread::sleep_for(std::chrono::microseconds(1));
  sink = 1;
}
WAY_OUT(CallAbslSleepFor) {
  absl::SleepFor(absl::Microseconds(1));
  sink = 1;
}

WAY_OUT(CallPoll) { sink = ::poll(nullptr, 0, 1); }
WAY_OUT(CallPpoll) {
  const timespec time = {0, 1000};
  sink = ::ppoll(nullptr, 0, &time, nullptr);
}
WAY_OUT(CallSelect) {
  timeval time = {0, 1};
  sink = ::select(0, nullptr, nullptr, nullptr, &time);
}
WAY_OUT(CallPselect) {
  const timespec time = {0, 1000};
  sink = ::pselect(0, nullptr, nullptr, nullptr, &time, nullptr);
}
WAY_OUT(CallEpollWait) {
  epoll_event event;
  sink = ::epoll_wait(-1, &event, 1, 1);
}
WAY_OUT(CallEpollPwait) {
  epoll_event event;
  sink = ::epoll_pwait(-1, &event, 1, 1, nullptr);
}

WAY_OUT(CallGetrandom) {
  int number = 0;
  sink = ::getrandom(&number, sizeof(number), 0);
}
WAY_OUT(CallGetentropy) {
  int number = 0;
  sink = ::getentropy(&number, sizeof(number));
}
WAY_OUT(CallRandomDevice) {
  std::random_device device;
  sink = device();
}
WAY_OUT(CallDevUrandom) {
  const int file = ::open("/dev/urandom", O_RDONLY);
  sink = ::close(file);
}
WAY_OUT(CallRand) { sink = ::rand(); }
WAY_OUT(CallRandom) { sink = ::random(); }
WAY_OUT(CallDrand48) { sink = static_cast<int64_t>(::drand48() * 1000); }
WAY_OUT(CallLrand48) { sink = ::lrand48(); }
WAY_OUT(CallMrand48) { sink = ::mrand48(); }
#if __GLIBC_PREREQ(2, 36)
WAY_OUT(CallArc4random) { sink = ::arc4random(); }
WAY_OUT(CallArc4randomBuf) {
  int number = 0;
  ::arc4random_buf(&number, sizeof(number));
  sink = number;
}
WAY_OUT(CallArc4randomUniform) { sink = ::arc4random_uniform(6); }
#endif

void* DoNothing(void*) { return nullptr; }

WAY_OUT(CallPthreadCreate) {
  pthread_t thread = {};
  const int error = ::pthread_create(&thread, nullptr, &DoNothing, nullptr);
  if (error == 0) ::pthread_join(thread, nullptr);
  sink = error;
}
WAY_OUT(CallThrdCreate) {
  thrd_t thread = {};
  const int error = ::thrd_create(&thread, [](void*) { return 0; }, nullptr);
  if (error == thrd_success) ::thrd_join(thread, nullptr);
  sink = error;
}
WAY_OUT(CallThread) {
  try {
    std::thread thread([] {});
    thread.join();
  } catch (const std::system_error& error) {
    sink = error.code().value();
  }
}
WAY_OUT(CallAsync) {
  try {
    std::async(std::launch::async, [] {}).get();
  } catch (const std::system_error& error) {
    sink = error.code().value();
  }
}

void WaitForChild(pid_t child) {
  int status = 0;
  if (child > 0) ::waitpid(child, &status, 0);
  sink = status;
}

WAY_OUT(CallFork) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  WaitForChild(child);
}
WAY_OUT(CallVfork) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const pid_t child = ::vfork();
#pragma GCC diagnostic pop
  if (child == 0) ::_exit(0);
  WaitForChild(child);
}
WAY_OUT(CallClone) {
  alignas(16) static char stack[64 * 1024];
  WaitForChild(::clone([](void*) { return 0; }, stack + sizeof(stack), SIGCHLD,
                       nullptr));
}
WAY_OUT(CallPosixSpawn) {
  char* const words[] = {const_cast<char*>("true"), nullptr};
  pid_t child = 0;
  sink = ::posix_spawn(&child, "/bin/true", nullptr, nullptr, words, environ);
  WaitForChild(child);
}
WAY_OUT(CallPosixSpawnp) {
  char* const words[] = {const_cast<char*>("true"), nullptr};
  pid_t child = 0;
  sink = ::posix_spawnp(&child, "true", nullptr, nullptr, words, environ);
  WaitForChild(child);
}
WAY_OUT(CallSystem) { sink = ::system("true"); }
WAY_OUT(CallPopen) {
  std::FILE* const pipe = ::popen("true", "r");
  sink = pipe == nullptr ? -1 : ::pclose(pipe);
}

WAY_OUT(CallSocket) {
  const int s = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (s >= 0) ::close(s);
  sink = s;
}
WAY_OUT(CallSocketpair) {
  int pair[2] = {-1, -1};
  sink = ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  if (pair[0] >= 0) {
    ::close(pair[0]);
    ::close(pair[1]);
  }
}
WAY_OUT(CallConnect) {
  const sockaddr address = {};
  sink = ::connect(-1, &address, sizeof(address));
}
WAY_OUT(CallBind) {
  const sockaddr address = {};
  sink = ::bind(-1, &address, sizeof(address));
}
WAY_OUT(CallListen) { sink = ::listen(-1, 1); }
WAY_OUT(CallAccept) { sink = ::accept(-1, nullptr, nullptr); }
WAY_OUT(CallAccept4) { sink = ::accept4(-1, nullptr, nullptr, 0); }
WAY_OUT(CallGetaddrinfo) {
  addrinfo hints = {};
  hints.ai_flags = AI_NUMERICHOST;  // asks nobody
  addrinfo* found = nullptr;
  sink = ::getaddrinfo("127.0.0.1", nullptr, &hints, &found);
  if (found != nullptr) ::freeaddrinfo(found);
}
WAY_OUT(CallGethostbyname) { sink = ::gethostbyname("127.0.0.1") != nullptr; }

WAY_OUT(CallOpen) {
  const int file = ::open("/dev/null", O_RDONLY);
  sink = ::close(file);
}
WAY_OUT(CallOpenat) {
  const int file = ::openat(AT_FDCWD, "/dev/null", O_RDONLY);
  sink = ::close(file);
}
WAY_OUT(CallCreat) {
  const int file = ::creat("/dev/null", 0600);
  sink = ::close(file);
}
WAY_OUT(CallFopen) {
  std::FILE* const file = std::fopen("/dev/null", "r");
  sink = std::fclose(file);
}
WAY_OUT(CallFreopen) {
  std::FILE* file = std::freopen("/dev/null", "r", stdin);
  sink = file == stdin;
}
WAY_OUT(CallIfstream) {
  std::ifstream file("/dev/null");
  sink = file.get();
}
WAY_OUT(CallOpendir) {
  DIR* const folder = ::opendir("/");
  sink = ::closedir(folder);
}
WAY_OUT(CallTmpfile) {
  std::FILE* const file = std::tmpfile();
  sink = file == nullptr ? -1 : std::fclose(file);
}
WAY_OUT(CallMkstemp) {
  std::string path = absl::StrCat(testing::TempDir(), "/no_escape.XXXXXX");
  const int file = ::mkstemp(path.data());
  ::close(file);
  sink = ::unlink(path.c_str());
}

WAY_OUT(CallSyscall) {
  int number = 0;
  sink = ::syscall(SYS_getrandom, &number, sizeof(number), 0);
}

struct WayOut {
  const char* caller;
  void (*call)();
  const char* name;  // that is reported
  const char* advice;
};

#define CASE(caller, name, advice) \
  WayOut { #caller, &caller, name, advice }

constexpr char kClock[] = "use Now() for the time of day and Elapsed()";
constexpr char kSleep[] = "use `co_await Sleep(duration)`";
constexpr char kWait[] = "`co_await` a Queue, a Channel or an Event";
constexpr char kEntropy[] = "use Random(\"what for\") or Choose(n, \"what\")";
constexpr char kThread[] = "use Spawn(...), or RunBlocking(...)";
constexpr char kProcess[] = "start it before the simulation";
constexpr char kSocket[] = "put an interface before the network";
constexpr char kFile[] = "read it before the simulation";

const WayOut kWaysOut[] = {
    CASE(CallClockGettime, "clock_gettime", kClock),
    CASE(CallGettimeofday, "gettimeofday", kClock),
    CASE(CallTime, "time", kClock),
    CASE(CallClock, "clock", kClock),
    CASE(CallTimespecGet, "timespec_get", kClock),
    CASE(CallSystemClock, "clock_gettime", kClock),
    CASE(CallSteadyClock, "clock_gettime", kClock),
    CASE(CallAbslNow, "absl::Now", kClock),
    CASE(CallNanosleep, "nanosleep", kSleep),
    CASE(CallClockNanosleep, "clock_nanosleep", kSleep),
    CASE(CallUsleep, "usleep", kSleep),
    CASE(CallSleep, "sleep", kSleep),
    CASE(CallThrdSleep, "thrd_sleep", kSleep),
    CASE(CallSleepFor, "nanosleep", kSleep),
    CASE(CallAbslSleepFor, "nanosleep", kSleep),
    CASE(CallPoll, "poll", kWait),
    CASE(CallPpoll, "ppoll", kWait),
    CASE(CallSelect, "select", kWait),
    CASE(CallPselect, "pselect", kWait),
    CASE(CallEpollWait, "epoll_wait", kWait),
    CASE(CallEpollPwait, "epoll_pwait", kWait),
    CASE(CallGetrandom, "getrandom", kEntropy),
    CASE(CallGetentropy, "getentropy", kEntropy),
    CASE(CallRandomDevice, "std::random_device", kEntropy),
    CASE(CallDevUrandom, "open(\"/dev/urandom\")", kEntropy),
    CASE(CallRand, "rand", kEntropy),
    CASE(CallRandom, "random", kEntropy),
    CASE(CallDrand48, "drand48", kEntropy),
    CASE(CallLrand48, "lrand48", kEntropy),
    CASE(CallMrand48, "mrand48", kEntropy),
#if __GLIBC_PREREQ(2, 36)
    CASE(CallArc4random, "arc4random", kEntropy),
    CASE(CallArc4randomBuf, "arc4random_buf", kEntropy),
    CASE(CallArc4randomUniform, "arc4random_uniform", kEntropy),
#endif
    CASE(CallPthreadCreate, "pthread_create", kThread),
    CASE(CallThrdCreate, "thrd_create", kThread),
    CASE(CallThread, "pthread_create", kThread),
    CASE(CallAsync, "pthread_create", kThread),
    CASE(CallFork, "fork", kProcess),
    CASE(CallVfork, "vfork", kProcess),
    CASE(CallClone, "clone", kProcess),
    CASE(CallPosixSpawn, "posix_spawn", kProcess),
    CASE(CallPosixSpawnp, "posix_spawnp", kProcess),
    CASE(CallSystem, "system", kProcess),
    CASE(CallPopen, "popen", kProcess),
    CASE(CallSocket, "socket", kSocket),
    CASE(CallSocketpair, "socketpair", kSocket),
    CASE(CallConnect, "connect", kSocket),
    CASE(CallBind, "bind", kSocket),
    CASE(CallListen, "listen", kSocket),
    CASE(CallAccept, "accept", kSocket),
    CASE(CallAccept4, "accept4", kSocket),
    CASE(CallGetaddrinfo, "getaddrinfo", kSocket),
    CASE(CallGethostbyname, "gethostbyname", kSocket),
    CASE(CallOpen, "open(\"/dev/null\")", kFile),
    CASE(CallOpenat, "openat(\"/dev/null\")", kFile),
    CASE(CallCreat, "creat(\"/dev/null\")", kFile),
    CASE(CallFopen, "fopen(\"/dev/null\")", kFile),
    CASE(CallFreopen, "freopen(\"/dev/null\")", kFile),
    CASE(CallIfstream, "fopen(\"/dev/null\")", kFile),
    CASE(CallOpendir, "opendir(\"/\")", kFile),
    CASE(CallTmpfile, "tmpfile", kFile),
    CASE(CallMkstemp, "mkstemp(", kFile),
    CASE(CallSyscall, "getrandom", kEntropy),
};

// ---- What is promised of each -----------------------------------------------

Task<> Call(void (*call)()) {
  call();
  co_return;
}

Task<> CallAllowed(void (*call)()) {
  const AllowEscape allow("a test");
  call();
  co_return;
}

RunResult RunOf(void (*call)()) { return Simulation().Run(Call, call); }

// Returns how the run has failed; "" if it has not.
std::string FailureOf(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

class WayOutTest : public testing::TestWithParam<WayOut> {};

TEST_P(WayOutTest, FailsTheRunWithNameCallerAndAdvice) {
  const std::string failure = FailureOf(RunOf(GetParam().call));
  absl::string_view name = GetParam().name;
  // Where Abseil is linked into the program, its own definition goes first.
  if (absl::StartsWith(failure, "escape: clock_gettime ") &&
      name == "absl::Now") {
    name = "clock_gettime";
  }
  EXPECT_THAT(failure, StartsWith(absl::StrCat("escape: ", name)));
  EXPECT_THAT(failure, HasSubstr(" was called inside a simulation: "));
  // Nothing stands between the function and who calls it.
  EXPECT_THAT(failure, Not(ContainsRegex("called by [^\n]*(caught|Caught)")));
  EXPECT_THAT(failure, Not(HasSubstr(absl::StrCat("called by ", name, "\n"))));
  EXPECT_THAT(failure, HasSubstr(GetParam().advice));
  EXPECT_THAT(failure, ContainsRegex(absl::StrCat("\n  called by [^\n]*",
                                                  GetParam().caller)));
  EXPECT_THAT(failure, ContainsRegex("\n  called by [^\n]*::Call\\("));
}

TEST_P(WayOutTest, HappensAsEverOutsideOfASimulation) {
  GetParam().call();
  const Simulation simulation;
  GetParam().call();
}

TEST_P(WayOutTest, IsSilentWhereItIsAllowed) {
  EXPECT_EQ(FailureOf(Simulation().Run(CallAllowed, GetParam().call)), "");
}

TEST_P(WayOutTest, IsSilentWhereItsKindIsAllowed) {
  const AllowedEscapes allowed(*EscapeSet::Parse("all"));
  EXPECT_EQ(FailureOf(RunOf(GetParam().call)), "");
}

INSTANTIATE_TEST_SUITE_P(Every, WayOutTest, testing::ValuesIn(kWaysOut),
                         [](const testing::TestParamInfo<WayOut>& info) {
                           return std::string(info.param.caller);
                         });

TEST(NoEscapeTest, EachNameOfTheListIsDefinedInTheProgram) {
  Dl_info here = {};
  ASSERT_NE(::dladdr(reinterpret_cast<void*>(&Call), &here), 0);
  std::set<std::string> tested;
  for (const WayOut& way : kWaysOut) {
    const std::string name = way.name;
    tested.insert(name.substr(0, name.find('(')));
  }
  for (const EscapeName& escape : KnownEscapes()) {
    EXPECT_TRUE(tested.contains(escape.name)) << escape.name << ": no test";
    if (escape.symbol == nullptr) continue;
    Dl_info found = {};
    void* const function = ::dlsym(RTLD_DEFAULT, escape.symbol);
    ASSERT_NE(function, nullptr) << escape.symbol;
    ASSERT_NE(::dladdr(function, &found), 0) << escape.symbol;
    EXPECT_EQ(found.dli_fbase, here.dli_fbase) << escape.symbol;
  }
}

}  // namespace
}  // namespace orrery
