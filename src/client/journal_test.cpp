#include "client/journal.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary_folder_test.hpp"
#include "client/host_guard.hpp"
#include "client/host_samples_test.hpp"

namespace sallyport::client {

namespace {

class JournalTest : public testing::Test {
 protected:
  std::string path(const char* name) const { return folder + "/" + name; }
  void write(const char* name, std::string_view text) const { std::ofstream(path(name)) << text; }
  std::string read(const char* name) const {
    std::stringstream text;
    text << std::ifstream(path(name)).rdbuf();
    return text.str();
  }
  // A change of the file `name` that is undone by writing `before`.
  RewrittenFile rewritten(const char* name, std::string before) const {
    return {path(name), "# ours\n", std::move(before)};
  }
  std::size_t journals() const {
    std::size_t count = 0;
    for (const auto& item : std::filesystem::directory_iterator(folder)) {
      count += item.path().extension() == ".journal" ? 1 : 0;
    }
    return count;
  }
  static Bytes content(const Journal& journal) {
    std::stringstream text;
    text << std::ifstream(journal.path()).rdbuf();
    return to_bytes(text.str());
  }

  const testing_support::TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  std::vector<Error> complaints;
  Complaint complain = [this](const Error& error) { complaints.push_back(error); };
};

const HostChange route = AddedRoute{prefix("10.0.0.0/8"), address("192.0.2.1"), 7, 1};
const HostChange inner = AddedAddress{7, prefix("10.9.0.5/32")};
const HostChange program = ProgramToRun{{"/bin/true", "-d"}, {"A=b"}, true};

}  // namespace

TEST_F(JournalTest, holds_what_was_added_and_not_forgotten) {
  auto journal = Journal::create(folder).value();
  for (const auto& change : {route, inner, program}) ASSERT_TRUE(journal.add(change));
  ASSERT_TRUE(journal.forget(inner));
  EXPECT_FALSE(journal.has(inner));
  const auto entries = parse_journal(content(journal));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].change, route);
  EXPECT_EQ(entries[1].change, program);
}

TEST_F(JournalTest, is_for_its_owner_alone_and_refuses_a_folder_that_is_not) {
  const auto journal = Journal::create(folder).value();
  struct stat status {};
  ASSERT_EQ(stat(journal.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
  EXPECT_EQ(Journal::create(folder).error().kind, ErrorKind::denied);
}

TEST_F(JournalTest, a_writer_killed_at_any_moment_leaves_the_entries_before) {
  auto whole = serialize_entry(route);
  const auto first = whole.size();
  const auto second = serialize_entry(program);
  whole.insert(whole.end(), second.begin(), second.end());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_journal(ByteView(whole).first(size)).size(), size < first ? 0U : 1U) << size;
  }
  EXPECT_EQ(parse_journal(whole).size(), 2U);
}

TEST_F(JournalTest, undoes_in_reverse_and_goes_on_where_something_fails) {
  auto journal = Journal::create(folder).value();
  write("a", "# ours\nlast");
  ASSERT_TRUE(journal.add(rewritten("a", "first")));
  ASSERT_TRUE(journal.add(ProgramToRun{{"/bin/false"}, {}, false}));
  ASSERT_TRUE(journal.add(rewritten("a", "# ours\nsecond")));
  journal.undo_all(complain);
  EXPECT_EQ(read("a"), "first");
  EXPECT_EQ(complaints.size(), 1U);
  EXPECT_TRUE(parse_journal(content(journal)).empty());
}

TEST_F(JournalTest, a_file_that_somebody_else_has_written_since_stays) {
  write("a", "# theirs\n");
  EXPECT_TRUE(undo(rewritten("a", "before")));
  EXPECT_EQ(read("a"), "# theirs\n");
  EXPECT_TRUE(undo(rewritten("gone", "before")));
  EXPECT_FALSE(std::filesystem::exists(path("gone")));
}

TEST_F(JournalTest, a_file_that_was_not_there_goes) {
  write("a", "# ours\n");
  EXPECT_TRUE(undo(RewrittenFile{path("a"), "# ours\n", std::nullopt}));
  EXPECT_FALSE(std::filesystem::exists(path("a")));
}

TEST_F(JournalTest, the_next_client_undoes_what_a_killed_one_left) {
  write("a", "# ours\n");
  {
    auto journal = Journal::create(folder).value();
    ASSERT_TRUE(journal.add(rewritten("a", "before")));
    recover(folder, complain);
    EXPECT_EQ(read("a"), "# ours\n") << "it is alive: it holds the lock";
  }
  recover(folder, complain);
  EXPECT_EQ(read("a"), "before");
  EXPECT_EQ(journals(), 0U);
}

TEST_F(JournalTest, another_network_namespace_is_not_ours_to_undo) {
  write("a", "# ours\n");
  const auto entry = serialize_entry(rewritten("a", "before"));
  write("client-1-1.journal", as_text(entry));
  recover(folder, complain);
  EXPECT_EQ(read("a"), "# ours\n");
  EXPECT_EQ(journals(), 1U);
}

TEST_F(JournalTest, the_guard_undoes_what_is_left_when_its_front_is_gone) {
  write("a", "# ours\n");
  auto journal = Journal::create(folder).value();
  {
    const auto guard = HostGuard::start(journal).value();
    ASSERT_TRUE(journal.add(rewritten("a", "before")));
  }
  EXPECT_EQ(read("a"), "before");
  EXPECT_EQ(journals(), 0U);
}

}  // namespace sallyport::client
