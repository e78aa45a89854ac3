package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.archway.contract.api.Delivery;
import dev.archway.contract.api.ExecutionSummary;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code git push} to a bare repository whose hook calls a trigger's webhook, as docs/triggers.md
 * tells it: each push is built once, at its own commit, although the server is killed before,
 * during and after the call.
 */
class GitPushIT {
  private static final String PROJECT = "/api/v1/orgs/default/projects/default";

  private static final String PIPELINE =
      """
      pipeline:
        identifier: pushed
        name: pushed
        orgIdentifier: default
        projectIdentifier: default
        properties:
          ci:
            codebase:
              connectorRef: pushed
              build: <+input>
        stages:
          - stage:
              identifier: build
              name: build
              type: CI
              spec:
                cloneCodebase: true
                infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}
                execution:
                  steps:
                    - step:
                        identifier: tell
                        name: tell
                        type: Run
                        spec:
                          connectorRef: account.harnessImage
                          image: alpine:latest
                          command: echo "<+trigger.branch> has $(cat push.txt)"
      """;

  private static final String TRIGGER =
      """
      trigger:
        identifier: on_push
        name: on push
        orgIdentifier: default
        projectIdentifier: default
        pipelineIdentifier: pushed
        encryptedWebhookSecretIdentifier: hook
        source:
          type: Webhook
          spec:
            type: Custom
            spec:
              payloadConditions:
                - {key: targetBranch, operator: In, value: "main, rel/*"}
      """;

  @Test
  void aPushBuildsItsCommitOnceWheneverTheServerDies(
      @TempDir(cleanup = CleanupMode.NEVER) Path home) throws Exception {
    try (LocalEnvironment environment = new LocalEnvironment(home);
        Server server = new Server(home)) {
      Path work = repository(environment, server, home);
      server.put(PROJECT + "/pipelines/pushed", PIPELINE);
      server.put(PROJECT + "/triggers/on_push", TRIGGER);

      String first = push(environment, work, "main", "one");
      built(server, 1, first, "main has one");

      // Just taken: Kafka has it, and perhaps nobody else.
      String second = push(environment, work, "main", "two");
      server.kill();
      server.restart();
      built(server, 2, second, "main has two");

      // Not there at all: the hook waits, and so does the push.
      server.kill();
      Process pushing = pushing(environment, work, "rel/1", "three");
      server.restart();
      assertThat(pushing.waitFor()).isZero();
      String third = environment.run("git", "-C", work.toString(), "rev-parse", "HEAD").strip();
      built(server, 3, third, "rel/1 has three");

      push(environment, work, "other", "four");
      await("the ignored call")
          .atMost(Duration.ofMinutes(2))
          .until(() -> deliveries(server).getFirst().outcome() == Delivery.Outcome.IGNORED);
      assertThat(executions(server)).hasSize(3);
    }
  }

  private static Path repository(LocalEnvironment environment, Server server, Path home)
      throws IOException {
    Path bare = home.resolve("git/pushed.git");
    Path work = home.resolve("work-tree");
    Files.writeString(home.resolve("secrets/hook"), "a long secret\n");
    Files.writeString(
        home.resolve("config/connectors/pushed.yaml"),
        """
        connector:
          name: pushed
          identifier: pushed
          orgIdentifier: default
          projectIdentifier: default
          type: Git
          spec: {url: "file://%s", connectionType: Repo, type: Http}
        """
            .formatted(bare));
    environment.run(
        "git", "clone", "-q", "--bare", home.resolve("git/sample.git").toString(), bare.toString());
    environment.run("git", "clone", "-q", bare.toString(), work.toString());
    Files.createDirectories(bare.resolve("hooks"));
    Files.copy(
        LocalEnvironment.CHECKOUT.resolve("examples/post-receive"),
        bare.resolve("hooks/post-receive"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    git(
        environment,
        bare,
        "config",
        "archway.webhook",
        server.url() + "/api/v1/webhooks/generic/default/default/on_push");
    git(environment, bare, "config", "archway.secretfile", home.resolve("secrets/hook").toString());
    return work;
  }

  private static void git(LocalEnvironment environment, Path repository, String... words) {
    environment.run(git(repository, words).toArray(String[]::new));
  }

  private static List<String> git(Path repository, String... words) {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                "git",
                "-C",
                repository.toString(),
                "-c",
                "user.name=Ann",
                "-c",
                "user.email=ann@example.org",
                "-c",
                "commit.gpgsign=false"));
    command.addAll(List.of(words));
    return command;
  }

  private static String push(LocalEnvironment environment, Path work, String branch, String content)
      throws Exception {
    assertThat(pushing(environment, work, branch, content).waitFor()).isZero();
    return environment.run("git", "-C", work.toString(), "rev-parse", "HEAD").strip();
  }

  private static Process pushing(
      LocalEnvironment environment, Path work, String branch, String content) throws IOException {
    Files.writeString(work.resolve("push.txt"), content + "\n");
    git(environment, work, "add", ".");
    git(environment, work, "commit", "-q", "-m", content);
    return new ProcessBuilder(git(work, "push", "-q", "origin", "HEAD:refs/heads/" + branch))
        .redirectErrorStream(true)
        .redirectOutput(work.resolveSibling("push.out").toFile())
        .start();
  }

  private static void built(Server server, int count, String commit, String said) {
    await("execution " + count)
        .atMost(Duration.ofMinutes(3))
        .until(() -> executions(server).size() >= count);
    ExecutionView end = server.awaitEnd(executions(server).getFirst().id().value());
    assertThat(end.status()).as("%s", end.failure()).isEqualTo(Status.SUCCESS);
    assertThat(end.commit()).isEqualTo(commit);
    assertThat(server.logs(end.id().value())).anyMatch(line -> line.text().equals(said));
    assertThat(executions(server)).hasSize(count);
    assertThat(deliveries(server))
        .filteredOn(delivery -> delivery.outcome() == Delivery.Outcome.STARTED)
        .hasSize(count)
        .first()
        .satisfies(delivery -> assertThat(delivery.execution()).isEqualTo(end.id()));
  }

  private static List<ExecutionSummary> executions(Server server) {
    return List.of(
        ContractMapper.json()
            .readValue(
                server.get("/api/v1/executions?pipeline=pushed", "application/json"),
                ExecutionSummary[].class));
  }

  private static List<Delivery> deliveries(Server server) {
    return List.of(
        ContractMapper.json()
            .readValue(
                server.get(PROJECT + "/triggers/on_push/deliveries", "application/json"),
                Delivery[].class));
  }
}
