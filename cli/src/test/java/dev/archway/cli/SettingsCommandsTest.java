package dev.archway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsCommandsTest {
  private static final Map<String, Object> SECRET =
      Map.of(
          "ref",
          "org.npm",
          "identifier",
          "npm",
          "org",
          "acme",
          "project",
          "",
          "name",
          "NPM",
          "description",
          "",
          "key",
          "1f0c22ab",
          "changedAt",
          "2026-01-01T10:00:00Z");

  @TempDir Path directory;
  private FakeServer server;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer();
    Files.writeString(directory.resolve("token"), "secret\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aSecretIsSentAsItStandsToWhereItSaysAndNeverShown() throws Exception {
    String yaml =
        "secret: {type: SecretText, identifier: npm, orgIdentifier: acme, spec: {value: hunter2}}\n";
    Path file = Files.writeString(directory.resolve("npm.yaml"), yaml);
    server.on("PUT /api/v1/orgs/acme/secrets/npm", 200, SECRET);
    server.on("GET /api/v1/orgs/acme/secrets", 200, List.of(SECRET));
    server.on(
        "DELETE /api/v1/orgs/acme/secrets/npm",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    assertThat(run("secret", "apply", file.toString())).as(err.toString()).isZero();
    assertThat(server.lastBody()).isEqualTo(yaml);
    assertThat(run("secret", "list", "--org", "acme")).isZero();
    assertThat(run("secret", "delete", "--org", "acme", "npm")).isZero();
    assertThat(out.toString()).contains("secret org.npm is stored", "1f0c22ab");
    assertThat(out + err.toString()).doesNotContain("hunter2");
  }

  @Test
  void findingsAreToldLineByLine() throws Exception {
    Path file = Files.writeString(directory.resolve("hub.yaml"), "connector: {identifier: hub}\n");
    server.on(
        "PUT /api/v1/orgs/a/projects/p/connectors/hub",
        422,
        Map.of(
            "title",
            "The connector cannot be used",
            "status",
            422,
            "problems",
            List.of(
                Map.of(
                    "severity",
                    "ERROR",
                    "path",
                    "connector.type",
                    "line",
                    1,
                    "column",
                    12,
                    "code",
                    "missing-field",
                    "message",
                    "\"type\" is missing"))));
    assertThat(run("connector", "apply", "--org", "a", "--project", "p", file.toString()))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(err.toString()).contains("line 1, column 12: connector.type: \"type\" is missing");
  }

  @Test
  void aConnectorThatDoesNotWorkIsAFailure() {
    server.on(
        "POST /api/v1/connectors/hub/test",
        200,
        Map.of(
            "status",
            "FAILURE",
            "checks",
            List.of(
                Map.of("what", "log in", "status", "FAILURE", "detail", "the registry said no"))));
    assertThat(run("connector", "test", "hub")).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("FAILURE", "log in", "the registry said no");
  }

  private int run(String... args) {
    String[] all =
        Stream.concat(
                Stream.of(
                    "--url", server.url(), "--token-file", directory.resolve("token").toString()),
                Arrays.stream(args))
            .toArray(String[]::new);
    return ArchwayCommand.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), false, Duration.ofSeconds(5), all);
  }
}
