#include "client/terminal_text.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {

TEST(TerminalText, leaves_letters_of_all_languages_alone) {
  EXPECT_EQ(terminal_text("Grüße, 你好 🙂"), "Grüße, 你好 🙂");
}

TEST(TerminalText, takes_the_teeth_out_of_escape_sequences) {
  EXPECT_EQ(terminal_text("a\x1b[2Jb\x07\x7f"), "a?[2Jb??");
  EXPECT_EQ(terminal_text("\xc2\x9b"
                          "2J"),
            "?2J");  // the one-character form of ESC [
}

TEST(TerminalText, does_not_let_the_writing_direction_be_turned) {
  EXPECT_EQ(terminal_text("\u202egpj.exe\u2066"), "?gpj.exe?");
}

TEST(TerminalText, keeps_lines_and_makes_their_ends_alike) {
  EXPECT_EQ(terminal_text("one\r\ntwo\rthree\nfour\tfive"), "one\ntwo\nthree\nfour five");
  EXPECT_EQ(terminal_line("one\r\ntwo"), "one two");
}

TEST(TerminalText, marks_what_is_not_utf8) {
  EXPECT_EQ(terminal_text("\xff\xc0\xaf"), "???");       // never valid; overlong '/'
  EXPECT_EQ(terminal_text("\xed\xa0\x80"), "???");       // a surrogate
  EXPECT_EQ(terminal_text("\xf4\x90\x80\x80"), "????");  // above U+10FFFF
  EXPECT_EQ(terminal_text("a\xe4\xbd"), "a??");          // cut short
}

TEST(TerminalText, is_cut_between_characters) {
  const auto text = terminal_text(std::string(max_terminal_text - 1, 'x') + "ü!");
  EXPECT_EQ(text, std::string(max_terminal_text - 1, 'x'));
}

TEST(TerminalText, is_cut_between_two_characters) {
  EXPECT_EQ(cut_to("abc", 3), "abc");
  EXPECT_EQ(cut_to("abc", 2), "ab");
  EXPECT_EQ(cut_to("a\u00fcb", 2), "a");
  EXPECT_EQ(cut_to("a\u00fcb", 3), "a\u00fc");
  EXPECT_EQ(cut_to("\u20ac", 2), "");
}

}  // namespace sallyport::client
