package dev.archway.connector.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;

/**
 * The way out for a service: whatever connects to an address that a user has named (connectors'
 * registries, repositories, clusters and clouds, webhooks, notifications) goes through it. Clients
 * that it makes, and those that use its proxy, reach only what the rules allow, at each redirect
 * anew and at the address that was checked. Thread-safe.
 */
public final class Egress implements AutoCloseable {
  private final EgressRules rules;
  private final EgressProxy proxy;

  /** Listens at once, on this machine's loopback address and a port of the system's choice. */
  public Egress(EgressRules rules) {
    this.rules = rules;
    this.proxy = new EgressProxy(rules);
  }

  /**
   * A client that follows no redirects, whose requests fail with an {@link EgressRefusedException}
   * where an address is refused. The caller closes it, before this.
   */
  public HttpClient http(HttpClient.Builder settings) {
    return new GuardedHttpClient(
        settings
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(ProxySelector.of(proxy.address()))
            .build(),
        this);
  }

  /** For clients of other kinds, such as a Git library: they must use no other way. */
  public Proxy proxy() {
    return new Proxy(Proxy.Type.HTTP, proxy.address());
  }

  /**
   * Says early, and in words, what the proxy would say. Whoever has to connect without the proxy
   * connects to the address that this returns.
   *
   * @throws EgressRefusedException when the address is refused
   * @throws IOException when the name has none
   */
  public InetAddress check(URI uri) throws IOException {
    String host = uri.getHost();
    if (host == null) {
      throw new IOException("cannot connect to \"%s\": it names no host".formatted(uri));
    }
    return rules.resolve(host).getFirst();
  }

  /** Why the proxy made no connection for this request; the exception itself when it did. */
  IOException reason(URI uri, IOException told) {
    int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    IOException failure =
        proxy.failure(
            String.valueOf(uri.getHost()).toLowerCase(java.util.Locale.ROOT) + ":" + port);
    return failure == null ? told : failure;
  }

  @Override
  public void close() {
    proxy.close();
  }
}
