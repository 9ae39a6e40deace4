#include "tls/aead.hpp"

#include <gtest/gtest.h>

#include "tls/aead_ipsec_mb.hpp"

namespace sallyport::tls {
namespace {

Bytes hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::vector<AeadLibrary> libraries() {
  if (ipsec_mb_suits()) return {AeadLibrary::evp, AeadLibrary::ipsec_mb};
  return {AeadLibrary::evp};
}

constexpr std::array ciphers{AeadCipher::aes_128_gcm, AeadCipher::aes_256_gcm, AeadCipher::chacha20_poly1305};

struct Vector {
  AeadCipher cipher;
  std::string_view key, nonce, additional, plaintext, sealed;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 4 and 16; RFC 8439 section 2.8.2.
constexpr std::array vectors{
    Vector{AeadCipher::aes_128_gcm, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
           "feedfacedeadbeeffeedfacedeadbeefabaddad2",
           "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
           "b16aedf5aa0de657ba637b39",
           "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
           "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"},
    Vector{AeadCipher::aes_256_gcm, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
           "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
           "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
           "b16aedf5aa0de657ba637b39",
           "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
           "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
    Vector{AeadCipher::chacha20_poly1305, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
           "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
           "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492063"
           "6f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
           "637265656e20776f756c642062652069742e",
           "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
           "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
           "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"},
};

AeadNonce nonce_from(ByteView bytes) {
  AeadNonce nonce{};
  std::ranges::copy(bytes, nonce.begin());
  return nonce;
}

Bytes random_bytes(std::size_t size, std::uint64_t& state) {
  Bytes bytes(size);
  for (auto& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
  return bytes;
}

}  // namespace

TEST(Aead, published_vectors) {
  for (const auto library : libraries()) {
    for (const auto& vector : vectors) {
      SCOPED_TRACE(std::string(name_of(library)) + " " + std::string(vector.key));
      const auto nonce = nonce_from(hex(vector.nonce));
      const auto additional = hex(vector.additional);
      const auto plaintext = hex(vector.plaintext);
      const auto key = hex(vector.key);
      auto seal = or_throw(Aead::with(vector.cipher, Aead::Use::seal, key, library));
      Bytes sealed(plaintext.size() + aead_tag_size);
      ASSERT_TRUE(seal.seal(nonce, additional, plaintext, sealed.data()));
      EXPECT_EQ(sealed, hex(vector.sealed));
      auto open = or_throw(Aead::with(vector.cipher, Aead::Use::open, key, library));
      ASSERT_TRUE(open.open(nonce, additional, sealed));
      sealed.resize(plaintext.size());
      EXPECT_EQ(sealed, plaintext);
    }
  }
}

TEST(Aead, every_library_opens_what_another_has_sealed) {
  std::uint64_t state = 1;
  for (const auto cipher : ciphers) {
    const auto key = random_bytes(key_size(cipher), state);
    for (const auto sealer : libraries()) {
      for (const auto opener : libraries()) {
        auto seal = or_throw(Aead::with(cipher, Aead::Use::seal, key, sealer));
        auto open = or_throw(Aead::with(cipher, Aead::Use::open, key, opener));
        for (std::size_t size = 0; size < 1500; size += size < 300 ? 1 : 37) {
          const auto nonce = nonce_from(random_bytes(12, state));
          const auto additional = random_bytes(13, state);
          const auto plaintext = random_bytes(size, state);
          Bytes in_place = plaintext;
          in_place.resize(size + aead_tag_size);
          ASSERT_TRUE(seal.seal(nonce, additional, ByteView(in_place).first(size), in_place.data()));
          Bytes apart(size + aead_tag_size);
          ASSERT_TRUE(seal.seal(nonce, additional, plaintext, apart.data()));
          ASSERT_EQ(in_place, apart);
          ASSERT_TRUE(open.open(nonce, additional, in_place)) << size;
          in_place.resize(size);
          ASSERT_EQ(in_place, plaintext);
        }
      }
    }
  }
}

TEST(Aead, one_wrong_bit_anywhere_is_noticed) {
  std::uint64_t state = 2;
  for (const auto library : libraries()) {
    for (const auto cipher : ciphers) {
      const auto key = random_bytes(key_size(cipher), state);
      auto seal = or_throw(Aead::with(cipher, Aead::Use::seal, key, library));
      auto open = or_throw(Aead::with(cipher, Aead::Use::open, key, library));
      const AeadNonce nonce{1, 2, 3};
      const Bytes additional(13, 7);
      const Bytes plaintext(33, 9);
      Bytes sealed(plaintext.size() + aead_tag_size);
      ASSERT_TRUE(seal.seal(nonce, additional, plaintext, sealed.data()));
      for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes forged = sealed;
        forged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(open.open(nonce, additional, forged)) << bit;
      }
      Bytes copy = sealed;
      EXPECT_FALSE(open.open({1, 2, 4}, additional, copy));
      copy = sealed;
      EXPECT_FALSE(open.open(nonce, Bytes(13, 6), copy));
      copy.resize(aead_tag_size - 1);
      EXPECT_FALSE(open.open(nonce, additional, copy));
      EXPECT_TRUE(open.open(nonce, additional, sealed));
    }
  }
}

TEST(Aead, a_key_of_another_length_is_refused) {
  for (const auto library : libraries()) {
    EXPECT_FALSE(Aead::with(AeadCipher::aes_256_gcm, Aead::Use::seal, Bytes(16), library));
    EXPECT_FALSE(Aead::with(AeadCipher::aes_128_gcm, Aead::Use::seal, Bytes(32), library));
  }
}

}  // namespace sallyport::tls
