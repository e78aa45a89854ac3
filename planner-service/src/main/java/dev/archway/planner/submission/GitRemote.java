package dev.archway.planner.submission;

import dev.archway.connector.egress.Egress;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.LsRemoteCommand;
import org.eclipse.jgit.api.TransportCommand;
import org.eclipse.jgit.api.TransportConfigCallback;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/** Speaks with the repositories of Git connectors, by the guarded way out. Thread-safe. */
public final class GitRemote {
  /** How long a repository may take to answer. */
  public static final Duration LIMIT = Duration.ofSeconds(10);

  private static final Set<String> SCHEMES = Set.of("http", "https", "git", "file");

  private final Function<SecretRef, String> secrets;
  private final Egress egress;

  /**
   * @param secrets gives a secret's value
   */
  public GitRemote(Function<SecretRef, String> secrets, Egress egress) {
    this.secrets = secrets;
    this.egress = egress;
  }

  /**
   * The refs of a repository, by name.
   *
   * @throws IOException when it does not answer, refuses, or lies where nobody may connect to; the
   *     message is the other side's own
   */
  public Map<String, Ref> refs(Connector.Git connector, String url) throws IOException {
    try {
      LsRemoteCommand command =
          Git.lsRemoteRepository()
              .setRemote(reachable(url))
              .setHeads(false)
              .setTags(false)
              .setTimeout((int) LIMIT.toSeconds());
      return prepared(command, connector).callAsMap();
    } catch (GitAPIException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * The address to give to a command for a repository's: where git's own protocol would leave by
   * itself, it names what the host's name was checked to mean.
   *
   * @throws IOException when nobody may connect there
   */
  public String reachable(String url) throws IOException {
    try {
      URIish address = new URIish(url);
      String scheme = address.getScheme();
      if (scheme != null && !SCHEMES.contains(scheme)) {
        throw new IOException(
            "scheme \"%s\" (expected: https, http, git or file)".formatted(scheme));
      }
      if (address.getHost() == null || "file".equals(scheme)) {
        return url;
      }
      InetAddress checked = egress.check(URI.create(scheme + "://" + address.getHost()));
      return "git".equals(scheme) ? address.setHost(literal(checked)).toString() : url;
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IOException("\"%s\" is no address of a repository".formatted(url), e);
    }
  }

  private static String literal(InetAddress address) {
    String text = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + text + "]" : text;
  }

  /** A command that speaks as the connector's user, and through the guarded way only. */
  public <C extends TransportCommand<C, ?>> C prepared(C command, Connector.Git connector) {
    return prepared(command, connector, _ -> {});
  }

  /**
   * The same.
   *
   * @param more what else the transport is told
   */
  public <C extends TransportCommand<C, ?>> C prepared(
      C command, Connector.Git connector, TransportConfigCallback more) {
    C guarded =
        command.setTransportConfigCallback(transport -> {
          more.configure(transport);
          if (transport instanceof TransportHttp http) {
            http.setHttpConnectionFactory(new GuardedConnections());
          }
        });
    SecretRef password = connector.password();
    return connector.username() == null || password == null
        ? guarded
        : guarded.setCredentialsProvider(
            new UsernamePasswordCredentialsProvider(connector.username(), secrets.apply(password)));
  }

  /** Every connection, those of redirects too, is the proxy's. */
  private final class GuardedConnections extends JDKHttpConnectionFactory {
    @Override
    public HttpConnection create(URL url) throws IOException {
      return super.create(url, egress.proxy());
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
      return super.create(url, egress.proxy());
    }
  }
}
