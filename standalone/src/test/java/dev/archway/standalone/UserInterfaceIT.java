package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the server in a real browser. */
class UserInterfaceIT {
  private static final String PIPELINE =
      """
      pipeline:
        name: Pages
        identifier: pages
        projectIdentifier: default
        orgIdentifier: default
        stages:
          - stage:
              name: First
              identifier: first
              type: CI
              spec:
                cloneCodebase: false
                infrastructure:
                  type: KubernetesDirect
                  spec: {connectorRef: local, namespace: default}
                execution:
                  steps:
                    - step:
                        name: Greet
                        identifier: greet
                        type: Run
                        spec:
                          connectorRef: account.harnessImage
                          image: alpine:latest
                          command: |
                            echo "hello, reader"
                            echo '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>'
                    - step:
                        name: Wait
                        identifier: wait
                        type: Run
                        spec:
                          connectorRef: account.harnessImage
                          image: alpine:latest
                          command: sleep 600
      """;

  @TempDir(cleanup = CleanupMode.NEVER)
  static Path home;

  @TempDir static Path directory;

  private static LocalEnvironment environment;
  private static Server server;

  @BeforeAll
  static void start() {
    boolean there = Files.exists(Browser.CHROMIUM) && Files.exists(Browser.DRIVER);
    assumeTrue(
        there || Boolean.parseBoolean(System.getenv("CI")),
        "no Chromium here; .ci/browser installs it");
    environment = new LocalEnvironment(home);
    server = new Server(home);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
      environment.close();
    }
  }

  @Test
  void somebodySignsInFollowsARunStopsItAndLeaves() throws Exception {
    try (Browser browser = new Browser(directory)) {
      browser.open(server.url() + "/");
      browser.awaitText("Sign in");
      browser.type("#token", "wrong");
      browser.click("button[type=submit]");
      browser.awaitText("The token is not known");
      // The two refusals are the only things that the console may tell of.
      assertThat(browser.console()).allMatch(line -> line.contains("401"));

      browser.tell("document.querySelector('#token').value = ''");
      browser.type("#token", Files.readString(home.resolve("token")).strip());
      browser.click("button[type=submit]");
      browser.awaitText("No executions here");

      String id = server.submitted(PIPELINE, Map.of());
      browser.awaitText(id);
      browser.click("[data-key='" + id + "']");
      browser.awaitText("hello, reader");
      browser.awaitText("<img src=x onerror=");
      assertThat(browser.tell("window.attacked === undefined").asBoolean()).isTrue();
      assertThat(browser.tell("document.querySelectorAll('img').length").asInt()).isZero();

      browser.click("[data-key='first/greet']");
      browser.awaitText("hello, reader");
      browser.click("[data-key='abort']");
      browser.awaitText("Aborted");
      assertThat(server.awaitEnd(id).status().word()).isEqualTo("Aborted");

      browser.click("nav a[href='#/images']");
      browser.awaitText("No pushed tag is recorded here.");
      assertThat(browser.tell("document.cookie").asString()).isEmpty();
      browser.click("#who button");
      browser.awaitText("Sign in");
      assertThat(browser.console()).allMatch(line -> line.contains("401"));
    }
  }
}
