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

TEST(CommandLine, only_two_kinds_of_token_are_known) {
  EXPECT_EQ(parse_token_mode("hotp"), "hotp");
  EXPECT_EQ(parse_token_mode("yubioath").error().text,
            "'yubioath' tokens are not supported, only totp and hotp");
}

TEST(CommandLine, a_token_secret_stands_there_or_in_a_file) {
  for (const auto* file : {"@/x/token", "/x/token"}) {
    ConnectOptions options;
    set_token_secret(options, file);
    EXPECT_EQ(options.token_file, "/x/token");
    EXPECT_TRUE(options.token_secret.empty());
  }
  ConnectOptions options;
  set_token_secret(options, "base32:MFRGG===");
  EXPECT_EQ(options.token_file, "");
  EXPECT_EQ(options.token_secret, Secret("base32:MFRGG==="));
}

TEST(CommandLine, dtls_suites_are_named_as_in_their_header) {
  EXPECT_EQ(*parse_dtls_ciphers("PSK-NEGOTIATE:OC-DTLS1_2-AES256-GCM"),
            (std::vector<std::string>{"PSK-NEGOTIATE", "OC-DTLS1_2-AES256-GCM"}));
  EXPECT_EQ(*parse_dtls12_ciphers("AES256-GCM-SHA384"), std::vector<std::string>{"AES256-GCM-SHA384"});
  for (const auto* text : {"", ":", "AES256-GCM-SHA384", "PSK-NEGOTIATE:", "NULL-SHA"}) {
    EXPECT_FALSE(parse_dtls_ciphers(text)) << text;
  }
}

}  // namespace sallyport::client
