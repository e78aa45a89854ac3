package dev.archway.connector.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** The addresses that begin with the same bits (RFC 4632). Immutable. */
record Network(List<Byte> prefix, int bits) {
  /**
   * Reads {@code address/bits}, or an address alone.
   *
   * @throws IllegalArgumentException for anything else, a host's name included
   */
  static Network of(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    try {
      if (address.matches("[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*")) {
        byte[] bytes = InetAddress.getByName(address).getAddress();
        int bits = slash < 0 ? bytes.length * 8 : Integer.parseInt(text.substring(slash + 1));
        if (bits >= 0 && bits <= bytes.length * 8) {
          return new Network(boxed(bytes), bits);
        }
      }
    } catch (UnknownHostException | NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "network \"%s\" (expected: such as 10.0.0.0/8 or fd00::/8)".formatted(text));
  }

  boolean contains(InetAddress address) {
    byte[] other = address.getAddress();
    return other.length == prefix.size()
        && IntStream.range(0, bits)
            .allMatch(i -> bit(prefix.get(i / 8), i) == bit(other[i / 8], i));
  }

  private static int bit(byte value, int index) {
    return (value >> (7 - index % 8)) & 1;
  }

  private static List<Byte> boxed(byte[] bytes) {
    return IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList();
  }

  @Override
  public String toString() {
    byte[] bytes = new byte[prefix.size()];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = prefix.get(i));
    return HexFormat.of().formatHex(bytes) + "/" + bits;
  }
}
