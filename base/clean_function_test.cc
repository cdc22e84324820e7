// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CleanFunction` on what compilers print.

#include <cstddef>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"

namespace orrery {
namespace {

struct Signature {
  absl::string_view name;
  absl::string_view clang;
  absl::string_view gcc;
};

// What clang 19 and g++ 12 have printed for the same functions.
constexpr Signature kSignatures[] = {
    {"<lambda>", "auto orrery::(anonymous class)::operator()() const",
     "orrery::<lambda()>"},
    {"<lambda>",
     "auto orrery::(anonymous namespace)::(anonymous class)::operator()() "
     "const",
     "orrery::{anonymous}::<lambda()>"},
    {"main", "int main()", "int main()"},
    {"FreeInt", "int orrery::FreeInt(int, const std::string &)",
     "int orrery::FreeInt(int, const std::string&)"},
    {"FreeMap",
     "const std::map<std::string, std::vector<int>> &orrery::FreeMap()",
     "const std::map<std::__cxx11::basic_string<char>, std::vector<int> >& "
     "orrery::FreeMap()"},
    {"ReturnsFn", "void (*orrery::ReturnsFn(int))(int)",
     "void (* orrery::ReturnsFn(int))(int)"},
    {"TakesFn",
     "void orrery::TakesFn(void (*)(int), std::function<int (char)>)",
     "void orrery::TakesFn(void (*)(int), std::function<int(char)>)"},
    {"Templ", "void orrery::Templ(T) [T = int]",
     "void orrery::Templ(T) [with T = int]"},
    {"Pack",
     "void orrery::Pack(T...) [T = <int, char, std::basic_string<char>>]",
     "void orrery::Pack(T ...) [with T = {int, char, "
     "std::__cxx11::basic_string<char, std::char_traits<char>, "
     "std::allocator<char> >}]"},
    {"AutoArg", "void orrery::AutoArg() [F = &orrery::Free]",
     "void orrery::AutoArg() [with auto F = Free]"},
    {"AbbrevTempl", "void orrery::AbbrevTempl(auto) [x:auto = int]",
     "void orrery::AbbrevTempl(auto:14) [with auto:14 = int]"},
    {"Anon", "void orrery::(anonymous namespace)::Anon()",
     "void orrery::{anonymous}::Anon()"},
    {"AnonC::AnonC", "orrery::(anonymous namespace)::AnonC::AnonC()",
     "orrery::{anonymous}::AnonC::AnonC()"},
    {"AnonC::In::N", "void orrery::(anonymous namespace)::AnonC::In::N()",
     "void orrery::{anonymous}::AnonC::In::N()"},
    {"AnonCoArg",
     "Task<int> orrery::(anonymous namespace)::AnonCoArg(Duration, "
     "std::string)",
     "void orrery::{anonymous}::AnonCoArg(AnonCoArg(orrery::Duration, "
     "std::string)::_ZN6orrery12_GLOBAL__N_19AnonCoArgENS_8DurationENSt7__"
     "cxx1112basic_stringIcSt11char_traitsIcESaIcEEE.Frame*)"},
    {"inner::S::M", "void orrery::inner::(anonymous namespace)::S::M()",
     "void orrery::inner::{anonymous}::S::M()"},
    {"C::~C", "orrery::C::~C()", "orrery::C::~C()"},
    {"C::MV", "void orrery::C::MV() const volatile &",
     "void orrery::C::MV() const volatile &"},
    {"C::S", "static void orrery::C::S()", "static void orrery::C::S()"},
    {"C::V", "virtual void orrery::C::V()", "virtual void orrery::C::V()"},
    {"C::MT", "T orrery::C::MT(T) [T = int]",
     "T orrery::C::MT(T) [with T = int]"},
    {"C::operator<", "bool orrery::C::operator<(const C &) const",
     "bool orrery::C::operator<(const orrery::C&) const"},
    {"C::operator>>", "C &orrery::C::operator>>(int)",
     "orrery::C& orrery::C::operator>>(int)"},
    {"C::operator->", "C *orrery::C::operator->()",
     "orrery::C* orrery::C::operator->()"},
    {"C::operator<=>", "auto orrery::C::operator<=>(int) const",
     "auto orrery::C::operator<=>(int) const"},
    {"C::operator()", "void orrery::C::operator()(int)",
     "void orrery::C::operator()(int)"},
    {"C::operator[]", "int orrery::C::operator[](int)",
     "int orrery::C::operator[](int)"},
    {"C::operator bool", "bool orrery::C::operator bool() const",
     "orrery::C::operator bool() const"},
    {"C::operator vector",
     "std::vector<int> orrery::C::operator vector() const",
     "orrery::C::operator std::vector<int>() const"},
    {"C::operator,", "void orrery::C::operator,(int)",
     "void orrery::C::operator,(int)"},
    {"C::CoMap",
     "Task<std::map<int, std::string>> orrery::C::CoMap(std::function<void "
     "(int)>)",
     "void "
     "orrery::C::CoMap(orrery::C::CoMap(std::function<void(int)>)::_"
     "ZN6orrery1C5CoMapB5cxx11ESt8functionIFviEE.Frame*)"},
    {"C::CoT", "Task<T> orrery::C::CoT(T) [T = int]",
     "void "
     "orrery::C::CoT(orrery::C::CoT<int>(int)::_ZN6orrery1C3CoTIiEENS_4TaskIT_"
     "EES3_.Frame*)"},
    {"C::CoS", "static Task<> orrery::C::CoS()",
     "void orrery::C::CoS(orrery::C::CoS()::_ZN6orrery1C3CoSEv.Frame*)"},
    {"C::operator()", "Task<> orrery::C::operator()(char)",
     "void "
     "orrery::C::operator()(orrery::C::operator()(char)::_ZN6orrery1CclEc."
     "Frame*)"},
    {"operator+", "C &orrery::operator+(C &, int)",
     "orrery::C& orrery::operator+(C&, int)"},
    {"C::operator delete", "static void orrery::C::operator delete(void *)",
     "static void orrery::C::operator delete(void*)"},
    {"operator\"\"_km", "int orrery::operator\"\"_km(unsigned long long)",
     "int orrery::operator\"\"_km(long long unsigned int)"},
    {"CT::M", "void orrery::CT<int>::M() [T = int]",
     "void orrery::CT<T>::M() [with T = int]"},
    {"CT::MT", "void orrery::CT<int>::MT(U) [T = int, U = char]",
     "void orrery::CT<T>::MT(U) [with U = char; T = int]"},
    {"CT::operator<", "bool orrery::CT<int>::operator<(int) const [T = int]",
     "bool orrery::CT<T>::operator<(int) const [with T = int]"},
    {"CT::Co", "Task<> orrery::CT<int>::Co() [T = int]",
     "void "
     "orrery::CT<int>::Co(orrery::CT<int>::Co()::_ZN6orrery2CTIiE2CoEv.Frame*"
     ")"},
    {"CT::In::M",
     "void orrery::CT<std::basic_string<char>>::In::M() [T = "
     "std::basic_string<char>]",
     "void orrery::CT<T>::In::M() [with T = std::__cxx11::basic_string<char>]"},
    {"CoPack",
     "Task<T> orrery::CoPack(T, As...) [T = int, As = <char, "
     "std::basic_string<char>>]",
     "void orrery::CoPack(CoPack<int, char, std::__cxx11::basic_string<char, "
     "std::char_traits<char>, std::allocator<char> > >(int, char, "
     "std::__cxx11::basic_string<char>)::_ZN6orrery6CoPackIiJcNSt7__"
     "cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEEENS_4TaskIT_EES8_DpT0_."
     "Frame*)"},
    {"CoFn", "Task<std::function<void (int)>> orrery::CoFn(void (*)(int))",
     "void orrery::CoFn(CoFn(void (*)(int))::_ZN6orrery4CoFnEPFviE.Frame*)"},
    {"Lambdas::<lambda>",
     "auto orrery::Lambdas()::(anonymous class)::operator()() const",
     "orrery::Lambdas()::<lambda()>"},
    {"Lambdas::<lambda>",
     "auto orrery::Lambdas()::(anonymous class)::operator()(auto) const "
     "[x:auto = int]",
     "orrery::Lambdas()::<lambda(auto:15)> [with auto:15 = int]"},
    {"Lambdas::<lambda>",
     "auto orrery::Lambdas()::(anonymous class)::operator()(int)",
     "orrery::Lambdas()::<lambda(int)> mutable"},
    {"Lambdas::<lambda>::<lambda>",
     "auto orrery::Lambdas()::(anonymous class)::operator()()::(anonymous "
     "class)::operator()() const",
     "orrery::Lambdas()::<lambda()>::<lambda()>"},
    {"Lambdas::<lambda>",
     "auto orrery::Lambdas()::(anonymous class)::operator()(int) const",
     "void "
     "orrery::Lambdas()::<lambda(int)>::operator()(orrery::Lambdas()::<lambda("
     "int)>::_ZZN6orrery7LambdasEvENKUliE4_clEi.Frame*)"},
    {"Lambdas::<lambda>",
     "auto orrery::Lambdas()::(anonymous class)::operator()(auto) const "
     "[x:auto = int]",
     "void "
     "orrery::Lambdas()::<lambda(auto:16)>::operator()(orrery::Lambdas()::<"
     "lambda(auto:16)>::_ZZN6orrery7LambdasEvENKUlT_E5_clIiEENS_4TaskIiEES0_."
     "Frame*)"},
    {"CoCall", "Task<> orrery::CoCall(F) [F = (lambda at probe.cc:101:12)]",
     "void orrery::CoCall(CoCall<Lambdas()::<lambda()> "
     ">(Lambdas()::<lambda()>)::_ZN6orrery6CoCallIZNS_7LambdasEvEUlvE_EENS_"
     "4TaskIvEET_.Frame*)"},
    {"Lambdas::Local::M", "void orrery::Lambdas()::Local::M()",
     "void orrery::Lambdas()::Local::M()"},
    {"D::<lambda>", "auto orrery::D::(anonymous class)::operator()() const",
     "orrery::D::<lambda()>"},
    {"D::D::<lambda>",
     "auto orrery::D::D()::(anonymous class)::operator()() const",
     "orrery::D::D()::<lambda()>"},
    {"Suite_Name", "Task<> orrery::Suite_Name_SimTest::OrreryBody()",
     "void "
     "orrery::Suite_Name_SimTest::OrreryBody(orrery::Suite_Name_SimTest::"
     "OrreryBody()::_ZN6orrery18Suite_Name_SimTest10OrreryBodyEv.Frame*)"},
    {"Suite_Name::<lambda>",
     "auto orrery::Suite_Name_SimTest::OrreryBody()::(anonymous "
     "class)::operator()() const",
     "orrery::Suite_Name_SimTest::OrreryBody()::<lambda()>"},
    {"Anon_Name::<lambda>",
     "auto orrery::(anonymous "
     "namespace)::Anon_Name_SimTest::OrreryBody()::(anonymous "
     "class)::operator()() const",
     "void "
     "orrery::{anonymous}::Anon_Name_SimTest::OrreryBody()::<lambda()>::"
     "operator()(orrery::{anonymous}::Anon_Name_SimTest::OrreryBody()::<lambda("
     ")>::_ZZN6orrery12_GLOBAL__N_117Anon_Name_SimTest10OrreryBodyEvENKUlvE_"
     "clEv.Frame*)"},
    {"Suite_Name", "void orrery::Suite_Name_Test::TestBody()",
     "void orrery::Suite_Name_Test::TestBody()"},
    {"Suite_Name::<lambda>",
     "auto orrery::Suite_Name_Test::TestBody()::(anonymous "
     "class)::operator()() const",
     "orrery::Suite_Name_Test::TestBody()::<lambda()>"},
    {"user::Co", "orrery::Task<> user::Co(orrery::Duration)",
     "void "
     "user::Co(Co(orrery::Duration)::_ZN4user2CoEN6orrery8DurationE.Frame*)"},
    {"user::B::Run",
     "orrery::Task<> user::B::Run(std::vector<std::pair<int, std::string>>)",
     "void user::B::Run(user::B::Run(std::vector<std::pair<int, "
     "std::__cxx11::basic_string<char> > "
     ">)::_ZN4user1B3RunESt6vectorISt4pairIiNSt7__cxx1112basic_"
     "stringIcSt11char_traitsIcESaIcEEEESaIS9_EE.Frame*)"},
    {"GlobalAnonCo", "orrery::Task<> (anonymous namespace)::GlobalAnonCo()",
     "void "
     "{anonymous}::GlobalAnonCo(GlobalAnonCo()::_ZN12_GLOBAL__N_"
     "112GlobalAnonCoEv.Frame*)"},
    {"anonymous_ns_like", "void anonymous_ns_like()",
     "void anonymous_ns_like()"},
    {"C::LR::<lambda>",
     "auto orrery::C::LR()::(anonymous class)::operator()() const",
     "orrery::C::LR() const &::<lambda()>"},
    {"C::operator const char*",
     "const char *orrery::C::operator const char *() const",
     "orrery::C::operator const char*() const"},
    {"C::operator int&", "int &orrery::C::operator int &()",
     "orrery::C::operator int&()"},
    {"C::operator unique_ptr",
     "std::unique_ptr<T> orrery::C::operator unique_ptr() [T = int]",
     "orrery::C::operator std::unique_ptr<_Tp>() [with T = int]"},
    {"C::operator<<",
     "C &orrery::C::operator<<(const T &) [T = std::basic_string<char>]",
     "orrery::C& orrery::C::operator<<(const T&) [with T = "
     "std::__cxx11::basic_string<char>]"},
    {"C::operator new[]", "static void *orrery::C::operator new[](size_t)",
     "static void* orrery::C::operator new [](size_t)"},
    {"C::PM", "int (orrery::C::*orrery::C::PM())(int) const",
     "int (orrery::C::* orrery::C::PM())(int) const"},
    {"C::<unnamed>::M", "void orrery::C::(anonymous struct)::M()",
     "void orrery::C::<unnamed struct>::M()"},
    {"C::LCo::<lambda>::<lambda>",
     "auto orrery::C::LCo()::(anonymous class)::operator()(int)::(anonymous "
     "class)::operator()(int) const",
     "void orrery::C::LCo() "
     "const::<lambda(int)>::<lambda(int)>::operator()(orrery::C::LCo() "
     "const::<lambda(int)>::<lambda(int)>::_ZZZNK6orrery1C3LCoEvENKUliE_"
     "clEiENKUliE_clEi.Frame*)"},
    {"LT::<lambda>",
     "auto orrery::LT(std::basic_string<char>)::(anonymous "
     "class)::operator()(auto) const [auto:1 = int]",
     "orrery::LT<std::__cxx11::basic_string<char> "
     ">(std::__cxx11::basic_string<char>)::<lambda(auto:14)> [with auto:14 = "
     "int]"},
    {"LTCo::<lambda>",
     "auto orrery::LTCo(std::vector<int>)::(anonymous class)::operator()(int) "
     "const",
     "void orrery::LTCo<std::vector<int> "
     ">(std::vector<int>)::<lambda(int)>::operator()(orrery::LTCo<std::vector<"
     "int> "
     ">(std::vector<int>)::<lambda(int)>::_"
     "ZZN6orrery4LTCoISt6vectorIiSaIiEEEENS_2CoET_ENKUliE_clEi.Frame*)"},
    {"Dec", "<dependent type> orrery::Dec(A, B) [A = int, B = int]",
     "decltype ((a + b)) orrery::Dec(A, B) [with A = int; B = int; decltype "
     "((a + b)) = int]"},
    {"Dec2", "<dependent type> orrery::Dec2(A, B) [A = int, B = int]",
     "decltype ((A() + B())) orrery::Dec2(A, B) [with A = int; B = int; "
     "decltype ((A() + B())) = int]"},
    {"Arr", "int (&orrery::Arr())[3]", "int (& orrery::Arr())[3]"},
    {"DA", "decltype(auto) orrery::DA()", "decltype(auto) orrery::DA()"},
    {"Arrays", "void orrery::Arrays(int (&)[3], const char *const (*)[2])",
     "void orrery::Arrays(int (&)[3], const char* const (*)[2])"},
    {"Ch::M", "void orrery::Ch<'>'>::M() [X = '>']",
     "void orrery::Ch<X>::M() [with char X = '>']"},
    {"Ch::N", "void orrery::Ch<'('>::N() [X = '(']",
     "void orrery::Ch<X>::N() [with auto <anonymous> = ')'; char X = '(']"},
    {"Fn::O", "Co orrery::Fn<&orrery::C::LC>::O() [F = &orrery::C::LC]",
     "void "
     "orrery::Fn<&orrery::C::LC>::O(orrery::Fn<&orrery::C::LC>::O()::_"
     "ZN6orrery2FnIXadL_ZNKS_1C2LCEvEEE1OEv.Frame*)"},
    {"S::O",
     "Co orrery::S<std::function<void ()> (int)>::O() [T = std::function<void "
     "()> (int)]",
     "void "
     "orrery::S<std::function<void()>(int)>::O(orrery::S<std::function<void()>("
     "int)>::O()::_ZN6orrery1SIFSt8functionIFvvEEiEE1OEv.Frame*)"},
    {"größe", "int orrery::größe()", "int orrery::größe()"},
    {"operator_like", "Co orrery::operator_like()",
     "void "
     "orrery::operator_like(operator_like()::_ZN6orrery13operator_likeEv.Frame*"
     ")"},
    {"operatorx::M", "void orrery::operatorx::M()",
     "void orrery::operatorx::M()"},
    {"Req", "void orrery::Req(auto) [x:auto = int]",
     "void orrery::Req(auto:15) requires  sizeof orrery::Req::x > 1 && sizeof "
     "orrery::Req::x < 100 [with auto:15 = int]"},
    {"Outer::M::In::N::<lambda>",
     "auto orrery::Outer::M()::In::N()::(anonymous class)::operator()() const",
     "orrery::Outer::M()::In::N()::<lambda()>"},
    {"Outer::M::In::N", "Co orrery::Outer::M()::In::N()",
     "void "
     "orrery::Outer::M()::In::N(orrery::Outer::M()::In::N()::_"
     "ZZN6orrery5Outer1MEvEN2In1NEv.Frame*)"},
};

TEST(CleanFunctionTest, BothCompilersGiveTheSameName) {
  for (const Signature& signature : kSignatures) {
    EXPECT_EQ(CleanFunction(signature.clang), signature.name)
        << signature.clang;
    EXPECT_EQ(CleanFunction(signature.gcc), signature.name) << signature.gcc;
  }
}

TEST(CleanFunctionTest, ACleanNameStaysAsItIs) {
  for (const Signature& signature : kSignatures) {
    EXPECT_EQ(CleanFunction(signature.name), signature.name);
  }
  EXPECT_EQ(CleanFunction(""), "");
  EXPECT_EQ(CleanFunction("SayAfter"), "SayAfter");
}

// clang leaves the inline namespace out, so it cannot be had from it.
TEST(CleanFunctionTest, InlineNamespacesAreWhatTheCompilerPrints) {
  EXPECT_EQ(CleanFunction("void orrery::inner::Inl()"), "inner::Inl");
  EXPECT_EQ(CleanFunction("void orrery::inner::v1::Inl()"), "inner::v1::Inl");
}

TEST(CleanFunctionTest, OnlyOurOwnOuterNamespaceIsLeftOut) {
  EXPECT_EQ(CleanFunction("void user::orrery::F()"), "user::orrery::F");
  EXPECT_EQ(CleanFunction("void orreryx::F()"), "orreryx::F");
}

TEST(CleanFunctionTest, TextThatIsNoSignatureIsReadToItsEnd) {
  for (const Signature& signature : kSignatures) {
    for (absl::string_view text : {signature.clang, signature.gcc}) {
      for (size_t cut = 0; cut < text.size(); ++cut) {
        CleanFunction(text.substr(cut));
        CleanFunction(text.substr(0, cut));
      }
    }
  }
  for (absl::string_view text :
       {"(", ")", "<", ">", "]", "{", "'", "operator", "operator ", "decltype",
        "decltype >", "f()[", "f() [", "<>>", "()>", "::", "::::", "((((",
        "'("}) {
    CleanFunction(text);
  }
}

}  // namespace
}  // namespace orrery
