// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/command_line.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(uint64_t, number, 3, "a number");
ABSL_FLAG(std::string, two_words, "none", "a text");
ABSL_FLAG(bool, places, true, "a switch");
ABSL_FLAG(std::optional<uint64_t>, limit, std::nullopt, "a number or none");
ABSL_FLAG(bool, elsewhere, false, "a flag that is not known here");

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CommandLineTest : public testing::Test {
 protected:
  absl::StatusOr<CommandLine> Parse(std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    return ParseFlags(pointers, {"number|n", "two_words", "places"});
  }
  std::string Error(std::vector<std::string> arguments) {
    const absl::Status status = Parse(std::move(arguments)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  }

 private:
  absl::FlagSaver saver_;
};

TEST_F(CommandLineTest, OperandsKeepTheirOrderBetweenFlags) {
  const auto line = Parse({"print", "--number=4", "a", "--places", "b"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(line->operands, ElementsAre("print", "a", "b"));
  EXPECT_THAT(line->flags, ElementsAre("number", "places"));
  EXPECT_EQ(absl::GetFlag(FLAGS_number), 4u);
}

TEST_F(CommandLineTest, AValueMayStandInTheNextArgument) {
  const auto line = Parse({"--number", "4", "--two_words", "--places", "x"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(line->operands, ElementsAre("x"));
  EXPECT_EQ(absl::GetFlag(FLAGS_number), 4u);
  EXPECT_EQ(absl::GetFlag(FLAGS_two_words), "--places");
}

TEST_F(CommandLineTest, AValueMayBeEmptyOrContainAnEqualsSign) {
  ASSERT_TRUE(Parse({"--two_words="}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_two_words), "");
  ASSERT_TRUE(Parse({"--two_words=a=b-c"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_two_words), "a=b-c");
}

TEST_F(CommandLineTest, DashesInANameAreUnderscores) {
  for (const char* argument :
       {"--two-words=x", "--two_words=x", "-two-words=x", "-two_words=x"}) {
    absl::SetFlag(&FLAGS_two_words, "none");
    ASSERT_TRUE(Parse({argument}).ok()) << argument;
    EXPECT_EQ(absl::GetFlag(FLAGS_two_words), "x") << argument;
  }
}

TEST_F(CommandLineTest, ASwitchIsTurnedOffInThreeWays) {
  for (const char* argument : {"--noplaces", "--no-places", "--no_places",
                               "--places=false", "--places=0"}) {
    absl::SetFlag(&FLAGS_places, true);
    const auto line = Parse({argument, "x"});
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_FALSE(absl::GetFlag(FLAGS_places)) << argument;
    EXPECT_THAT(line->operands, ElementsAre("x"));
    EXPECT_THAT(line->flags, ElementsAre("places"));
  }
  ASSERT_TRUE(Parse({"--places"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_places));
}

TEST_F(CommandLineTest, AShortNameIsAsGoodAsTheLongOne) {
  for (const char* argument : {"-n=4", "--n=4", "--number=4"}) {
    absl::SetFlag(&FLAGS_number, 3);
    const auto line = Parse({argument});
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(absl::GetFlag(FLAGS_number), 4u) << argument;
    EXPECT_THAT(line->flags, ElementsAre("number"));
  }
  ASSERT_TRUE(Parse({"-n", "5", "x"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_number), 5u);
}

TEST_F(CommandLineTest, ANumberMayBeLeftToTheVerb) {
  std::string argument = "--limit=4";
  char* arguments[] = {argument.data()};
  EXPECT_EQ(absl::GetFlag(FLAGS_limit), std::nullopt);
  ASSERT_TRUE(ParseFlags(arguments, {"limit"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_limit), 4u);
  std::string wrong = "--limit=four";
  arguments[0] = wrong.data();
  EXPECT_EQ(ParseFlags(arguments, {"limit"}).status().message(),
            "--limit=four: expected a number");
}

TEST_F(CommandLineTest, AFlagIsKnownByEitherName) {
  EXPECT_TRUE(CheckKnown("number", {"number|n"}).ok());
  EXPECT_TRUE(CheckKnown("n", {"number|n"}).ok());
  EXPECT_EQ(CheckKnown("limit", {"number|n"}).message(),
            "there is no flag --limit; known: --number");
  EXPECT_EQ(CheckKnown("limit", {}).message(),
            "there is no flag --limit; it has none");
}

TEST_F(CommandLineTest, OnlyWhatIsNearIsWhatWasMeant) {
  const absl::string_view known[] = {"print", "diff", "json", "o"};
  EXPECT_EQ(DidYouMean("pritn", known, ""), " (did you mean print?)");
  EXPECT_EQ(DidYouMean("prin", known, ""), " (did you mean print?)");
  EXPECT_EQ(DidYouMean("prints", known, ""), " (did you mean print?)");
  EXPECT_EQ(DidYouMean("jsno", known, "--"), " (did you mean --json?)");
  EXPECT_EQ(DidYouMean("dfi", known, ""), "");  // half of it is wrong
  EXPECT_EQ(DidYouMean("sprinter", known, ""), "");
  EXPECT_EQ(DidYouMean("", known, ""), "");
  EXPECT_EQ(DidYouMean("p", known, ""), "");
  EXPECT_EQ(DidYouMean(std::string(1'000'000, 'p'), known, ""), "");
}

TEST_F(CommandLineTest, ADashAloneIsAnOperandAndSoIsAllAfterTwo) {
  const auto line = Parse({"-", "--", "--number=4", "-", "--"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(line->operands, ElementsAre("-", "--number=4", "-", "--"));
  EXPECT_THAT(line->flags, IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_number), 3u);
}

TEST_F(CommandLineTest, NoArgumentsAreNoOperands) {
  const auto line = Parse({});
  ASSERT_TRUE(line.ok());
  EXPECT_THAT(line->operands, IsEmpty());
}

TEST_F(CommandLineTest, UnknownFlagsAreNamedWithTheKnownOnes) {
  const std::string known = "; known: --number, --two_words, --places";
  EXPECT_EQ(Error({"--nmuber=4"}),
            "there is no flag --nmuber (did you mean --number?)" + known);
  EXPECT_EQ(Error({"--nonsense"}), "there is no flag --nonsense" + known);
  EXPECT_EQ(Error({"-x"}), "there is no flag --x" + known);
  EXPECT_EQ(Error({"--=4"}), "there is no flag --" + known);
  // There is one, but not for this command.
  EXPECT_EQ(Error({"--elsewhere"}), "there is no flag --elsewhere" + known);
  // Only a switch can be turned off.
  EXPECT_EQ(Error({"--nonumber"}),
            "there is no flag --nonumber (did you mean --number?)" + known);
  EXPECT_EQ(Error({"--noplaces=true"}),
            "there is no flag --noplaces (did you mean --places?)" + known);
}

TEST_F(CommandLineTest, ValuesThatAreNoneAreNamed) {
  EXPECT_EQ(Error({"--number=four"}), "--number=four: expected a number");
  EXPECT_EQ(Error({"--number=-4"}), "--number=-4: expected a number");
  EXPECT_EQ(Error({"--number="}), "--number=: expected a number");
  EXPECT_EQ(Error({"--places=perhaps"}),
            "--places=perhaps: expected true or false");
  EXPECT_EQ(Error({"x", "--number"}), "--number: a value is missing");
  EXPECT_EQ(absl::GetFlag(FLAGS_number), 3u);
}

}  // namespace
}  // namespace orrery
