#include "client/command_line.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {

TEST(CommandLine, a_form_entry_has_a_form_a_name_and_any_value) {
  EXPECT_EQ(*parse_form_entry("main:password=a=b:c"), (FormEntry{"main", "password", "a=b:c"}));
  EXPECT_EQ(*parse_form_entry("main:answer="), (FormEntry{"main", "answer", ""}));
}

TEST(CommandLine, a_form_entry_without_form_or_name_is_refused) {
  for (const auto* text : {"", "main", "main:", "main:password", ":password=x", "main:=x", "a=b:c"}) {
    EXPECT_FALSE(parse_form_entry(text)) << text;
  }
}

}  // namespace sallyport::client
