package dev.archway.planner.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRefusedException;
import dev.archway.connector.egress.EgressRules;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitRemoteTest {
  private static final Connector.Git ANYBODY = new Connector.Git("g", "", true, null, null);
  private static final Connector.Git ANN =
      new Connector.Git("g", "", true, "ann", new SecretRef("token"));

  @TempDir Path directory;
  private final Egress egress = new Egress(new EgressRules("", "", true));
  private final GitRemote remote = new GitRemote(ref -> "value of " + ref, egress);

  @AfterEach
  void close() {
    egress.close();
  }

  @Test
  void refsOfARepositoryAreRead() throws Exception {
    try (Git git = Git.init().setDirectory(directory.toFile()).setInitialBranch("main").call()) {
      var _ =
          git.commit()
              .setMessage("first")
              .setAllowEmpty(true)
              .setSign(false)
              .setAuthor("a", "a@example.com")
              .setCommitter("a", "a@example.com")
              .call();
    }
    assertThat(remote.refs(ANYBODY, directory.toUri().toString())).containsKey("refs/heads/main");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/app.git",
        "http://100.100.100.200/app.git",
        "git://169.254.169.254/app.git"
      })
  void addressesThatNobodyMayReachAreRefused(String url) {
    assertThatThrownBy(() -> remote.refs(ANYBODY, url)).isInstanceOf(EgressRefusedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ssh://127.0.0.1/app.git", "ftp://127.0.0.1/app.git", "sftp://127.0.0.1/app.git"})
  void transportsThatGoAnotherWayAreRefused(String url) {
    assertThatThrownBy(() -> remote.refs(ANYBODY, url))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected: https, http, git or file");
  }

  @Test
  void aRedirectToARefusedAddressIsRefusedAndTheAccountIsGivenToItsOwnServer() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String shown = exchange.getRequestHeaders().getFirst("Authorization");
          asked.add(String.valueOf(shown));
          if (shown == null) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
            exchange.sendResponseHeaders(401, -1);
          } else {
            exchange
                .getResponseHeaders()
                .set("Location", "http://169.254.169.254/app.git/info/refs");
            exchange.sendResponseHeaders(302, -1);
          }
          exchange.close();
        });
    server.start();
    try {
      String url = "http://localhost:%d/app.git".formatted(server.getAddress().getPort());
      assertThatThrownBy(() -> remote.refs(ANN, url))
          .isInstanceOf(IOException.class)
          .hasStackTraceContaining("169.254.169.254");
    } finally {
      server.stop(0);
    }
    assertThat(asked)
        .contains(
            "Basic "
                + Base64.getEncoder()
                    .encodeToString("ann:value of token".getBytes(StandardCharsets.UTF_8)));
  }
}
