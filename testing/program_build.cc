// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/program_build.h"

#include <elf.h>
#include <link.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/digest.h"

#if defined(__has_feature)
#define ORRERY_HAS_FEATURE(feature) __has_feature(feature)
#else
#define ORRERY_HAS_FEATURE(feature) 0
#endif

namespace orrery {
namespace {

constexpr size_t kChunk = 1 << 16;

bool CameWithTheMachine(absl::string_view path) {
  for (const char* folder : {"/lib/", "/lib32/", "/lib64/", "/usr/lib/",
                             "/usr/lib32/", "/usr/lib64/", "/usr/libexec/"}) {
    if (absl::StartsWith(path, folder)) return true;
  }
  // The kernel's own, which has no file.
  return absl::StartsWith(path, "linux-vdso") ||
         absl::StartsWith(path, "linux-gate");
}

// Returns the build id among the notes that lie at `at`, or "".
std::string BuildIdIn(const char* at, size_t size, size_t align) {
  const auto padded = [align](size_t n) {
    return (n + align - 1) & ~(align - 1);
  };
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof(note));
    const size_t name = sizeof(note);
    const size_t value = name + padded(note.n_namesz);
    const size_t end = value + padded(note.n_descsz);
    if (end > size) return "";
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(at + name, "GNU", 4) == 0) {
      return absl::BytesToHexString(
          absl::string_view(at + value, note.n_descsz));
    }
    at += end;
    size -= end;
  }
  return "";
}

std::string BuildIdOf(const dl_phdr_info& object) {
  for (size_t i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object.dlpi_phdr[i];
    if (part.p_type != PT_NOTE) continue;
    const std::string id = BuildIdIn(
        reinterpret_cast<const char*>(object.dlpi_addr + part.p_vaddr),
        part.p_memsz, part.p_align == 8 ? 8 : 4);
    if (!id.empty()) return id;
  }
  return "";
}

int TakeObject(dl_phdr_info* object, size_t, void* to) {
  auto& objects = *static_cast<std::vector<LoadedObject>*>(to);
  const absl::string_view path =
      object->dlpi_name == nullptr ? "" : object->dlpi_name;
  // The first one is the program.
  if (!objects.empty() && CameWithTheMachine(path)) return 0;
  objects.push_back({std::string(path), BuildIdOf(*object)});
  return 0;
}

// Returns "crc32:" and a checksum of the file; it is no less an id, but takes
// as long as reading it.
std::string ChecksumOf(const std::string& path) {
  std::ifstream file(path.empty() ? "/proc/self/exe" : path, std::ios::binary);
  std::string bytes(kChunk, '\0');
  uLong crc = crc32(0, nullptr, 0);
  uint64_t size = 0;
  while (file) {
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const auto got = static_cast<uInt>(file.gcount());
    crc = crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), got);
    size += got;
  }
  return absl::StrCat("crc32:", absl::Hex(crc, absl::kZeroPad8), ":", size);
}

std::string CompilerName() {
#if defined(__clang__)
  return absl::StrCat("clang ", __clang_major__, ".", __clang_minor__, ".",
                      __clang_patchlevel__);
#elif defined(__GNUC__)
  return absl::StrCat("gcc ", __GNUC__, ".", __GNUC_MINOR__, ".",
                      __GNUC_PATCHLEVEL__);
#else
  return "";
#endif
}

std::string ModeName() {
#if defined(__OPTIMIZE__)
  std::string mode = "optimized";
#else
  std::string mode = "debug";
#endif
#if defined(__SANITIZE_ADDRESS__) || ORRERY_HAS_FEATURE(address_sanitizer)
  absl::StrAppend(&mode, ", AddressSanitizer");
#endif
#if defined(__SANITIZE_THREAD__) || ORRERY_HAS_FEATURE(thread_sanitizer)
  absl::StrAppend(&mode, ", ThreadSanitizer");
#endif
#if ORRERY_HAS_FEATURE(memory_sanitizer)
  absl::StrAppend(&mode, ", MemorySanitizer");
#endif
#if ORRERY_HAS_FEATURE(undefined_behavior_sanitizer)
  absl::StrAppend(&mode, ", UndefinedBehaviorSanitizer");
#endif
  return mode;
}

}  // namespace

std::vector<LoadedObject> LoadedObjects() {
  std::vector<LoadedObject> objects;
  dl_iterate_phdr(TakeObject, &objects);
  return objects;
}

std::string CombineBuildIds(absl::Span<const LoadedObject> objects) {
  std::vector<std::string> ids;
  ids.reserve(objects.size());
  for (const LoadedObject& object : objects) {
    ids.push_back(object.build_id.empty() ? ChecksumOf(object.path)
                                          : object.build_id);
  }
  std::sort(ids.begin(), ids.end());
  std::string text;
  // Two digests, of the ids read forth and back, so that it has 128 bits.
  for (const bool back : {false, true}) {
    Digest digest;
    for (const std::string& id : ids) {
      for (const char c : id) digest.Mix(static_cast<unsigned char>(c));
      digest.Mix(0x100);
    }
    absl::StrAppend(&text, absl::Hex(digest.value(), absl::kZeroPad16));
    if (!back) std::reverse(ids.begin(), ids.end());
  }
  return text;
}

const TraceBuild& ProgramBuild() {
  static const auto* const build =
      new TraceBuild{.id = CombineBuildIds(LoadedObjects()),
                     .compiler = CompilerName(),
                     .mode = ModeName()};
  return *build;
}

}  // namespace orrery
