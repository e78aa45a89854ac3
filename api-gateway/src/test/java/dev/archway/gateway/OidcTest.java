package dev.archway.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.wire.ContractMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** People and machines of a real OpenID provider come to the gateway. */
class OidcTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static ConfigurableApplicationContext provider;
  private static String issuer;
  private static Door door;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    provider =
        new SpringApplication(OpenIdServer.class)
            .run("--spring.config.name=openid", "--server.port=0");
    issuer =
        "http://localhost:" + provider.getEnvironment().getRequiredProperty("local.server.port");
    door =
        new Door(
            directory,
            "--archway.gateway.oidc.issuer=" + issuer,
            "--archway.gateway.oidc.client-secret=secret-archway",
            "--archway.gateway.oidc.audience=archway-api",
            "--archway.gateway.oidc.public-url=http://127.0.0.1/",
            "--archway.gateway.oidc.grants.shop-team=runner:acme/shop",
            "--archway.gateway.oidc.grants.ops=admin");
  }

  @AfterAll
  static void stop() {
    door.close();
    provider.close();
  }

  @Test
  void anAccessTokenHasTheRolesOfItsGroups() throws Exception {
    String token = machine("machine");
    assertThat(door.send("GET", "/api/v1/me", token).body())
        .isEqualTo(
            "{\"name\":\"user:machine\",\"grants\":[{\"role\":\"runner\",\"scope\":{\"org\":\"acme\",\"project\":\"shop\"}}]}");
    assertThat(door.send("POST", "/api/v1/executions/e1/abort", token).statusCode()).isEqualTo(200);
    assertThat(door.send("GET", "/api/v1/tokens", token).statusCode()).isEqualTo(403);
  }

  @Test
  void aTokenForAnotherApiOrAChangedOneIsRefused() throws Exception {
    assertThat(door.send("GET", "/api/v1/me", machine("foreign")).statusCode()).isEqualTo(401);
    String token = machine("machine");
    int middle = token.indexOf('.') + 10;
    char other = token.charAt(middle) == 'A' ? 'B' : 'A';
    String changed = token.substring(0, middle) + other + token.substring(middle + 1);
    assertThat(door.send("GET", "/api/v1/me", changed).statusCode()).isEqualTo(401);
    String unsigned =
        encoded("{\"alg\":\"none\"}")
            + "."
            + token.substring(token.indexOf('.') + 1, token.lastIndexOf('.'))
            + "."
            + encoded("x");
    assertThat(door.send("GET", "/api/v1/me", unsigned).statusCode()).isEqualTo(401);
  }

  @Test
  void aPersonSignsInWithTheBrowser() throws Exception {
    assertThat(door.send(door.request("/api/v1/login")).body()).isEqualTo("{\"openId\":true}");
    HttpResponse<String> begin = door.send(door.request("/login"));
    assertThat(begin.statusCode()).isEqualTo(302);
    HttpResponse<String> end = door.send(callback(begin, code(begin, "ada:lovelace")));

    assertThat(end.statusCode()).as(end.body()).isEqualTo(302);
    assertThat(end.headers().firstValue("Location")).hasValue("/");
    String session =
        end.headers().allValues("Set-Cookie").stream()
            .filter(cookie -> cookie.startsWith("archway-session="))
            .findFirst()
            .orElseThrow();
    assertThat(session).contains("; HttpOnly").contains("; SameSite=Lax");
    assertThat(door.send(door.request("/api/v1/me").header("Cookie", first(session))).body())
        .contains("user:ada")
        .contains("runner");
  }

  @Test
  void aPersonWithoutARoleIsTold() throws Exception {
    HttpResponse<String> begin = door.send(door.request("/login"));
    HttpResponse<String> end = door.send(callback(begin, code(begin, "bob:builder")));
    assertThat(end.statusCode()).isEqualTo(403);
    assertThat(end.headers().allValues("Set-Cookie"))
        .noneMatch(cookie -> cookie.startsWith("archway-session="));
  }

  @Test
  void aSignInThatAnotherBrowserBeganIsRefused() throws Exception {
    HttpResponse<String> begin = door.send(door.request("/login"));
    String code = code(begin, "ada:lovelace");
    String query = code.substring(code.indexOf('?'));
    assertThat(door.send(door.request("/login/callback" + query)).statusCode()).isEqualTo(401);
    HttpResponse<String> another = door.send(door.request("/login"));
    assertThat(door.send(callback(another, code)).statusCode()).isEqualTo(401);
  }

  /** Where the provider sends the browser after the sign-in. */
  private static String code(HttpResponse<String> begin, String account) throws Exception {
    String where = begin.headers().firstValue("Location").orElseThrow();
    assertThat(where).startsWith(issuer).contains("code_challenge_method=S256");
    HttpResponse<String> known =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(issuer + "/welcome"))
                .header("Authorization", basic(account))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    String session = known.headers().firstValue("Set-Cookie").orElseThrow();
    HttpResponse<String> signedIn =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(where))
                .header("Cookie", first(session))
                .header("Accept", "text/html")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(302);
    String back = signedIn.headers().firstValue("Location").orElseThrow();
    assertThat(back).startsWith(OpenIdServer.CALLBACK + "?code=");
    return back;
  }

  private static HttpRequest.Builder callback(HttpResponse<String> begin, String back) {
    String cookie = begin.headers().firstValue("Set-Cookie").orElseThrow();
    return door.request("/login/callback" + back.substring(back.indexOf('?')))
        .header("Cookie", first(cookie));
  }

  private static String machine(String client) throws Exception {
    HttpResponse<String> response =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(issuer + "/oauth2/token"))
                .header("Authorization", basic(client + ":secret-" + client))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return ContractMapper.json().readTree(response.body()).get("access_token").asString();
  }

  private static String basic(String account) {
    return "Basic " + Base64.getEncoder().encodeToString(account.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String first(String cookie) {
    return cookie.substring(0, cookie.indexOf(';'));
  }
}
