#include "proto/xml.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto::xml {
namespace {

TEST(XmlDocument, gives_names_texts_and_attributes) {
  const auto document =
      Document::parse("<a x='1' y=\"&lt;&#65;\">t<b>one</b>u<b/><![CDATA[<v>]]></a>").value();
  const auto root = document->root("a").value();
  EXPECT_EQ(root.attribute("x"), "1");
  EXPECT_EQ(root.attribute("y"), "<A");
  EXPECT_EQ(root.attribute("z"), std::nullopt);
  EXPECT_EQ(root.text(), "tu<v>");
  EXPECT_EQ(root.child("b").text(), "one");
  EXPECT_EQ(root.children("b").size(), 2U);
  EXPECT_FALSE(root.child("c"));
  EXPECT_EQ(root.child("c").child("d").text(), "");
  EXPECT_EQ(document->root("b").error().kind, ErrorKind::malformed);
}

TEST(XmlDocument, keeps_white_space_that_is_all_an_element_has) {
  const auto document = Document::parse("<a>\n <b>  </b>\n <c> x </c>\n</a>").value();
  EXPECT_EQ(document->root().child("b").text(), "  ");
  EXPECT_EQ(document->root().child("c").text(), " x ");
  EXPECT_EQ(document->root().child("c").token(), "x");
}

TEST(XmlDocument, returns_elements_byte_for_byte) {
  for (const std::string element :
       {"<o/>", "<o  a = 'x>' b=\"'/>\"/>", "<o>\r\n&#65; é <o>inner</o ><!-- </o> --></o\n>",
        "<o><![CDATA[</o>]]><?pi </o>?></o>", "<o><a/><a></a><a b='</o>'>x</a> ></o>", "<o>\xff\xfe</o>"}) {
    const auto text = "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<root> <x/>" + element + "<o>second</o></root>\n";
    const auto document = Document::parse(text).value();
    EXPECT_EQ(document->root().child("o").raw(), element);
  }
}

TEST(XmlDocument, knows_the_line_of_an_element) {
  const auto document = Document::parse("<a>\n<b/>\n\n<c/></a>").value();
  EXPECT_EQ(document->root().line(), 1U);
  EXPECT_EQ(document->root().child("c").line(), 4U);
  EXPECT_NE(Document::parse("<a>\n\n<b></a>").error().text.find("line 3"), std::string::npos);
}

TEST(XmlDocument, refuses_a_doctype_and_expands_no_entity) {
  EXPECT_NE(Document::parse("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>")
                .error()
                .text.find("DOCTYPE"),
            std::string::npos);
  EXPECT_EQ(Document::parse("<a>&e;</a>").value()->root().text(), "&e;");
}

TEST(XmlDocument, refuses_what_is_not_one_well_formed_document) {
  for (const auto* text :
       {"", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a b></a>", "<a", "<!-- -->", "<a></a"})
    EXPECT_EQ(Document::parse(text).error().kind, ErrorKind::malformed) << text;
  EXPECT_FALSE(Document::parse(std::string_view("<a>\0</a>", 8)).has_value());
}

TEST(XmlDocument, limits_size_and_depth) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(Document::parse(nested(32)).has_value());
  EXPECT_FALSE(Document::parse(nested(33)).has_value());
  EXPECT_FALSE(Document::parse(nested(9000)).has_value());
  const auto sized = [](std::size_t size) { return "<a>" + std::string(size - 7, 'x') + "</a>"; };
  EXPECT_TRUE(Document::parse(sized(64 * 1024)).has_value());
  EXPECT_FALSE(Document::parse(sized(64 * 1024 + 1)).has_value());
  EXPECT_TRUE(Document::parse(sized(64 * 1024 + 1), {.size = 1024 * 1024}).has_value());
}

TEST(XmlWriter, escapes_and_drops_what_xml_cannot_carry) {
  Writer out;
  out.leaf("a", "& < > \" ' \x01\t\r\n\xff\xc3\xa9\xed\xa0\x80\xef\xbf\xbf", {{"b", "\"<\n\t>"}});
  EXPECT_EQ(out.take(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<a b=\"&quot;&lt;&#10;&#9;&gt;\">&amp; &lt; &gt; &quot; &apos; \t&#13;\n\xc3\xa9</a>");
}

TEST(XmlWriter, is_read_back_exactly) {
  for (const std::string text :
       {"", " ", " x\r\n\t", "]]>", "<![CDATA[x]]>", "&amp;", "\xf0\x9f\x94\x91", "a\xe2\x80\xa8z"}) {
    Writer out;
    out.leaf("a", text, {{"b", text}});
    const auto document = Document::parse(out.take()).value();
    EXPECT_EQ(document->root().text(), text);
    EXPECT_EQ(document->root().attribute("b"), text);
  }
}

TEST(XmlWriter, closes_what_is_open_and_leaves_absent_attributes_out) {
  auto out = Writer::fragment();
  out.open("a").open("b", {{"x", std::nullopt}, {"y", ""}}).flag("c");
  EXPECT_EQ(out.take(), "<a><b y=\"\"><c/></b></a>");
}

TEST(XmlName, is_what_an_element_can_be_called) {
  for (const auto* name : {"username", "secondary_password", "_x", "a-b.c:d9", "\xc3\xa9"})
    EXPECT_TRUE(is_name(name));
  for (const auto* name : {"", "9a", "-a", "a b", "a>", "a/", "a\"", "<a"})
    EXPECT_FALSE(is_name(name)) << name;
}

}  // namespace
}  // namespace sallyport::proto::xml
