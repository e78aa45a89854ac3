package dev.archway.connector.egress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where services may connect to when a user has named the address. Refused unless allowed by name:
 * link-local addresses, where clouds give out the machine's own credentials, their like elsewhere,
 * multicast and what is no address of a host; and by choice all private addresses. Immutable.
 */
public final class EgressRules {
  /** Addresses of clouds' metadata services that are not link-local. */
  private static final List<Network> METADATA =
      List.of(
          Network.of("100.100.100.200/32"),
          Network.of("168.63.129.16/32"),
          Network.of("192.0.0.192/32"),
          Network.of("fd00:ec2::254/128"),
          Network.of("fd20:ce::254/128"));

  /** Networks that are no place for a server (RFC 6890), beside what Java tells by itself. */
  private static final List<Network> NOWHERE =
      List.of(Network.of("0.0.0.0/8"), Network.of("240.0.0.0/4"));

  private static final List<Network> PRIVATE =
      List.of(
          Network.of("127.0.0.0/8"),
          Network.of("10.0.0.0/8"),
          Network.of("172.16.0.0/12"),
          Network.of("192.168.0.0/16"),
          Network.of("100.64.0.0/10"),
          Network.of("198.18.0.0/15"),
          Network.of("::1/128"),
          Network.of("fc00::/7"),
          Network.of("fec0::/10"));

  private final List<Predicate<Host>> allow;
  private final List<Predicate<Host>> deny;
  private final boolean privateAddresses;

  /** A name as it was asked for, and one of its addresses. */
  private record Host(String name, InetAddress address) {}

  /**
   * Rules. Entries are networks ({@code 10.1.0.0/16}), addresses, names, or names with all below
   * them ({@code *.example.com}).
   *
   * @param allow what is allowed although it would be refused by default; separated by commas
   * @param deny what is refused whatever else is said; separated by commas
   * @param privateAddresses false refuses loopback and private networks as well
   */
  public EgressRules(String allow, String deny, boolean privateAddresses) {
    this.allow = entries(allow);
    this.deny = entries(deny);
    this.privateAddresses = privateAddresses;
  }

  /**
   * The addresses of a host that may be connected to, from one look-up.
   *
   * @throws EgressRefusedException when none of them may be
   */
  List<InetAddress> resolve(String host) throws EgressRefusedException, UnknownHostException {
    String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$|\\.$", "");
    List<InetAddress> allowed = new ArrayList<>();
    String refusal = "";
    for (InetAddress address : InetAddress.getAllByName(name)) {
      String why = refusal(new Host(name, address));
      if (why == null) {
        allowed.add(address);
      } else {
        refusal = why;
      }
    }
    if (allowed.isEmpty()) {
      throw new EgressRefusedException(refusal);
    }
    return allowed;
  }

  private @Nullable String refusal(Host host) {
    if (deny.stream().anyMatch(entry -> entry.test(host))) {
      return told(host, "is denied by archway.egress.deny");
    }
    if (allow.stream().anyMatch(entry -> entry.test(host))) {
      return null;
    }
    InetAddress address = embedded(host.address());
    if (address.isLinkLocalAddress() || in(METADATA, address)) {
      return told(host, "is link-local or a cloud's metadata service");
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress() || in(NOWHERE, address)) {
      return told(host, "is no address of one host");
    }
    return !privateAddresses && in(PRIVATE, address)
        ? told(host, "is private, and archway.egress.private-addresses is false")
        : null;
  }

  private static String told(Host host, String why) {
    return "cannot connect to %s: %s %s (expected: an allowed address); who runs the server can name it in archway.egress.allow"
        .formatted(host.name(), host.address().getHostAddress(), why);
  }

  private static boolean in(List<Network> networks, InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  /** The IPv4 address that an IPv6 one leads to: NAT64 (RFC 6052), 6to4 (RFC 3056). */
  private static InetAddress embedded(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    int at =
        Network.of("64:ff9b::/96").contains(address)
            ? 12
            : Network.of("2002::/16").contains(address) ? 2 : -1;
    if (at < 0 && Network.of("::/96").contains(address) && !address.isLoopbackAddress()) {
      at = 12; // IPv4-compatible, long abandoned and still parsed.
    }
    try {
      return at < 0 ? address : InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static List<Predicate<Host>> entries(String list) {
    return Stream.of(list.split(",", -1))
        .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
        .filter(entry -> !entry.isEmpty())
        .map(EgressRules::entry)
        .toList();
  }

  private static Predicate<Host> entry(String entry) {
    if (entry.startsWith("*.")) {
      return host -> host.name().endsWith(entry.substring(1));
    }
    if (entry.indexOf('/') >= 0 || entry.indexOf(':') >= 0 || entry.matches("[0-9.]+")) {
      Network network = Network.of(entry);
      return host -> network.contains(host.address());
    }
    return host -> host.name().equals(entry);
  }
}
