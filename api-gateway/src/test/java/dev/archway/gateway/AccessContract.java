package dev.archway.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.archway.contract.api.AuditEntry;
import dev.archway.contract.api.IssuedToken;
import dev.archway.contract.api.TokenRequest;
import dev.archway.contract.api.TokenView;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.gateway.access.ApiDocument;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Operation;
import dev.archway.gateway.access.Role;
import dev.archway.gateway.access.Scope;
import dev.archway.gateway.session.Sessions;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Every operation of the document is asked for by those who may and those who may not; one subclass
 * a database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AccessContract {
  private Door door;
  private String expired;
  private String revoked;
  private String otherSecret;

  /** A gateway with an empty database. */
  abstract Door open(Path directory) throws Exception;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    door = open(directory);
    IssuedToken old = door.issue("admin", null, null);
    door.bean(JdbcClient.class)
        .sql("UPDATE api_tokens SET expires_at = created_at WHERE id = ?")
        .param(old.details().id())
        .update();
    expired = old.token();
    IssuedToken ended = door.issue("admin", null, null);
    revoked = ended.token();
    assertThat(door.send("GET", "/api/v1/me", revoked).statusCode()).isEqualTo(200);
    assertThat(
            door.send("DELETE", "/api/v1/tokens/" + ended.details().id(), Door.SERVER_TOKEN)
                .statusCode())
        .isEqualTo(204);
    String other = door.issue("admin", null, null).token();
    otherSecret = other.substring(0, other.length() - 43) + revoked.substring(17);
  }

  @AfterAll
  void stop() throws IOException {
    door.close();
  }

  static Stream<Arguments> guarded() {
    return ApiDocument.load().operations().stream()
        .filter(operation -> operation.role() != null)
        .map(operation -> arguments(operation.id(), operation));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guarded")
  void nobodyIsLetInWithoutAValidToken(String name, Operation operation) throws Exception {
    assertThat(ask(operation, null).statusCode()).as("no token").isEqualTo(401);
    assertThat(ask(operation, "nonsense").statusCode()).as("wrong token").isEqualTo(401);
    assertThat(ask(operation, "inside").statusCode()).as("the services' token").isEqualTo(401);
    assertThat(ask(operation, otherSecret).statusCode()).as("another's secret").isEqualTo(401);
    assertThat(Door.problem(ask(operation, expired)).detail()).startsWith("The token expired at ");
    assertThat(Door.problem(ask(operation, revoked)).detail())
        .startsWith("The token was revoked at ");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guarded")
  void aRoleBelowIsNotEnough(String name, Operation operation) throws Exception {
    if (operation.role() != Role.VIEWER) {
      String below = (role(operation) == Role.ADMIN ? Role.RUNNER : Role.VIEWER).word();
      assertThat(ask(operation, door.issue(below, null, null).token()).statusCode()).isEqualTo(403);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guarded")
  void aRoleInAForeignProjectIsNotEnough(String name, Operation operation) throws Exception {
    String foreign = door.issue(role(operation).word(), "acme", "other").token();
    switch (operation.place()) {
      case PATH, EXECUTION -> assertThat(ask(operation, foreign).statusCode()).isEqualTo(403);
      case QUERY -> {
        assertThat(
                door.send(operation.method(), path(operation) + "?org=acme&project=shop", foreign)
                    .statusCode())
            .isEqualTo(403);
        assertThat(
                door.send(
                        operation.method(),
                        path(operation) + "?org=acme&org=acme&project=other",
                        foreign)
                    .statusCode())
            .isEqualTo(400);
        assertThat(ask(operation, foreign).body()).contains("?org=acme&project=other");
      }
      case ANY -> assertThat(ask(operation, foreign).statusCode()).isNotIn(401, 403);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guarded")
  void theRoleWhereItCountsIsEnough(String name, Operation operation) throws Exception {
    String pattern = operation.path().getPatternString();
    boolean inProject =
        pattern.contains("{project}")
            || operation.place() == Operation.Place.QUERY
            || (operation.place() == Operation.Place.EXECUTION && pattern.contains("{id}"));
    String token =
        inProject
            ? door.issue(role(operation).word(), "acme", "shop").token()
            : pattern.contains("{org}")
                ? door.issue(role(operation).word(), "acme", null).token()
                : door.issue(role(operation).word(), null, null).token();
    HttpResponse<String> response = ask(operation, token);
    assertThat(response.statusCode()).as(response.body()).isNotIn(401, 403, 405, 429, 500, 503);
    if (operation.service() != Operation.Service.GATEWAY) {
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body())
          .contains(path(operation).substring(path(operation).lastIndexOf('/') + 1));
    }
    if (operation.changes()) {
      assertNewestAudit(entry -> {
        assertThat(entry.operation()).isEqualTo(operation.id());
        assertThat(entry.status()).isEqualTo(response.statusCode());
      });
    }
  }

  @Test
  void tokensAreManagedWithinTheAdminsOwnScope() throws Exception {
    String admin = door.issue("admin", "umbrella", null).token();
    assertThat(request(admin, "umbrella", "lab").statusCode()).isEqualTo(201);
    assertThat(request(admin, "umbrella", null).statusCode()).isEqualTo(201);
    assertThat(request(admin, null, null).statusCode()).isEqualTo(403);
    assertThat(request(admin, "acme", "shop").statusCode()).isEqualTo(403);
    TokenView[] seen =
        ContractMapper.json()
            .readValue(door.send("GET", "/api/v1/tokens", admin).body(), TokenView[].class);
    assertThat(seen).hasSize(3).allMatch(token -> "umbrella".equals(token.org()));
    String foreign = door.issue("admin", "acme", null).details().id();
    assertThat(door.send("DELETE", "/api/v1/tokens/" + foreign, admin).statusCode()).isEqualTo(404);
  }

  @Test
  void aTokensSecretIsKeptNowhere() throws Exception {
    IssuedToken issued = door.issue("viewer", null, null);
    door.send("GET", "/api/v1/me", issued.token());
    String secret = issued.token().substring(17);
    assertThat(door.send("GET", "/api/v1/tokens", Door.SERVER_TOKEN).body())
        .contains(issued.details().id())
        .doesNotContain(secret);
    assertThat(door.bean(JdbcClient.class).sql("SELECT * FROM api_tokens").query().listOfRows())
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.toString()).doesNotContain(secret));
    assertThat(issued.toString()).doesNotContain(secret);
  }

  @Test
  void aTokenTellsThatItWasUsed() throws Exception {
    IssuedToken issued = door.issue("viewer", null, null);
    assertThat(issued.details().lastUsedAt()).isNull();
    door.send("GET", "/api/v1/me", issued.token());
    TokenView[] all =
        ContractMapper.json()
            .readValue(
                door.send("GET", "/api/v1/tokens", Door.SERVER_TOKEN).body(), TokenView[].class);
    assertThat(all)
        .filteredOn(token -> token.id().equals(issued.details().id()))
        .singleElement()
        .satisfies(token -> assertThat(token.lastUsedAt()).isNotNull());
  }

  @Test
  void tokensThatMakeNoSenseAreRefused() throws Exception {
    for (TokenRequest bad :
        List.of(
            new TokenRequest("", "viewer", null, null, null),
            new TokenRequest("n".repeat(101), "viewer", null, null, null),
            new TokenRequest("n", "king", null, null, null),
            new TokenRequest("n", "viewer", null, "project", null),
            new TokenRequest("n", "viewer", "../acme", null, null),
            new TokenRequest("n", "viewer", null, null, Instant.EPOCH),
            new TokenRequest(
                "n", "viewer", null, null, Instant.now().plus(java.time.Duration.ofDays(400))))) {
      assertThat(door.post("/api/v1/tokens", bad, Door.SERVER_TOKEN).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void whoMayReadAnExecutionMayReadItsImages() throws Exception {
    String token = door.issue("viewer", "acme", "shop").token();
    assertThat(door.send("GET", "/api/v1/images?execution=e1", token).statusCode()).isEqualTo(200);
    assertThat(door.send("GET", "/api/v1/images?execution=unknown", token).statusCode())
        .isEqualTo(404);
    assertThat(door.send("GET", "/api/v1/images", token).statusCode()).isEqualTo(403);
  }

  @Test
  void theAuditTellsWhoWasRefusedWhat() throws Exception {
    String viewer = door.issue("viewer", "acme", "shop").token();
    assertThat(door.send("POST", "/api/v1/executions/e1/abort", viewer).statusCode())
        .isEqualTo(403);
    assertNewestAudit(entry -> {
      assertThat(entry.caller()).isEqualTo("token:viewer of acme shop");
      assertThat(entry.operation()).isEqualTo("abortExecution");
      assertThat(entry.path()).isEqualTo("/api/v1/executions/e1/abort");
      assertThat(entry.address()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
      assertThat(entry.status()).isEqualTo(403);
    });
  }

  @Test
  void aBrowserShowsItsCookieAndChangesNeedTheServersOwnPage() throws Exception {
    String token = door.issue("runner", "acme", "shop").token();
    HttpResponse<String> signedIn = door.send("POST", "/api/v1/session", token);
    String set = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(set).contains("; HttpOnly").contains("; SameSite=Lax").contains("; Path=/");
    String cookie = set.substring(0, set.indexOf(';'));

    assertThat(
            door.send(door.request("/api/v1/executions/e1").header("Cookie", cookie)).statusCode())
        .isEqualTo(200);
    assertThat(door.send(abort(cookie)).statusCode()).isEqualTo(403);
    assertThat(door.send(abort(cookie).header("X-Requested-With", "archway")).statusCode())
        .isEqualTo(200);
    HttpResponse<String> signedOut =
        door.send(
            door.request("/api/v1/session")
                .header("Cookie", cookie)
                .header("X-Requested-With", "archway")
                .DELETE());
    assertThat(signedOut.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith("archway-session=;")
        .contains("Max-Age=0");
  }

  @Test
  void aTokenOfCharactersThatNoCookieTakesSignsIn() throws Exception {
    String set =
        door.send("POST", "/api/v1/session", Door.ODD_TOKEN)
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow();
    String cookie = set.substring(0, set.indexOf(';'));
    HttpResponse<String> me = door.send(door.request("/api/v1/me").header("Cookie", cookie));
    assertThat(me.statusCode()).isEqualTo(200);
    assertThat(me.body()).contains("token:server");
    for (String broken : List.of("archway-session=%", "archway-session=%zz%")) {
      assertThat(door.send(door.request("/api/v1/me").header("Cookie", broken)).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void aSessionLastsUntilItIsEnded() throws Exception {
    Caller ada =
        new Caller("user:ada", List.of(new Caller.Grant(Role.RUNNER, new Scope("acme", "shop"))));
    String session = door.bean(Sessions.class).begin(ada);
    HttpResponse<String> me = door.send("GET", "/api/v1/me", session);
    assertThat(ContractMapper.json().readValue(me.body(), Caller.class)).isEqualTo(ada);
    assertThat(door.send("DELETE", "/api/v1/session", session).statusCode()).isEqualTo(204);
    assertThat(Door.problem(door.send("GET", "/api/v1/me", session)).detail())
        .startsWith("The session is over");
  }

  private HttpRequest.Builder abort(String cookie) {
    return door.request("/api/v1/executions/e1/abort")
        .header("Cookie", cookie)
        .POST(HttpRequest.BodyPublishers.noBody());
  }

  @Test
  void aCallerCannotCallItselfAnother() throws Exception {
    assertThat(
            door.send(
                    door.request("/api/v1/executions")
                        .header("Authorization", "Bearer " + Door.SERVER_TOKEN)
                        .header("Archway-Caller", "user:root"))
                .body())
        .contains("by token:server");
  }

  private HttpResponse<String> request(String admin, @Nullable String org, @Nullable String project)
      throws Exception {
    return door.post("/api/v1/tokens", new TokenRequest("n", "runner", org, project, null), admin);
  }

  /** Waits, since the outcome is written when the answer is out. */
  private void assertNewestAudit(Consumer<AuditEntry> expected) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(audit()).first().satisfies(expected));
  }

  private List<AuditEntry> audit() throws Exception {
    return List.of(
        ContractMapper.json()
            .readValue(
                door.send("GET", "/api/v1/audit?limit=5", Door.SERVER_TOKEN).body(),
                AuditEntry[].class));
  }

  private HttpResponse<String> ask(Operation operation, @Nullable String token) throws Exception {
    return door.send(operation.method(), path(operation), token);
  }

  private static Role role(Operation operation) {
    return Objects.requireNonNull(operation.role());
  }

  private static String path(Operation operation) {
    return operation
        .path()
        .getPatternString()
        .replace("{*path}", "localhost:5000/a/tags/1/history")
        .replace("{org}", "acme")
        .replace("{project}", "shop")
        .replace("{id}", "e1")
        .replaceAll("\\{\\*?[a-zA-Z]+}", "x");
  }
}
