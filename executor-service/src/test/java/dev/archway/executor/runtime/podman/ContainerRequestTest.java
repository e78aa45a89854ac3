package dev.archway.executor.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.script.EngineMessage;
import dev.archway.executor.runtime.script.ImageName;
import dev.archway.executor.runtime.script.ShellText;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ContainerRequestTest {
  private static final StageKey KEY = new StageKey(ExecutionId.of("e1234567"), "build", 2);

  private static Map<String, Object> request(String network, Map<String, String> environment) {
    return ContainerRequest.of(
        KEY,
        Samples.run("one", "alpine", "true", Samples.MINUTE, 100_000_000L),
        Samples.placement(),
        "name",
        Path.of("/s"),
        Path.of("/w"),
        "docker.io/library/alpine:latest",
        new StageNetwork(network, null, List.of()),
        environment);
  }

  @Test
  void containerRunsTheScriptAndIsNeverPulledAtItsStart() {
    assertThat(request("host", Map.of()))
        .containsEntry("name", "name")
        .containsEntry("image_pull_policy", "never")
        .containsEntry("entrypoint", List.of("sh"))
        .containsEntry("command", List.of("-e", "/archway/script.sh"))
        .doesNotContainKey("remove");
  }

  @Test
  void nothingBeyondTheMemoryLimitGoesToSwap() {
    assertThat(request("host", Map.of()))
        .containsEntry(
            "resource_limits",
            Map.of("memory", Map.of("limit", 100_000_000L, "swap", 100_000_000L)));
  }

  @Test
  void valuesOfVariablesKeepTheirLineBreaks() {
    Map<String, String> environment = Map.of("A", "one\ntwo");
    assertThat(request("host", environment)).containsEntry("env", environment);
  }

  @Test
  void networkIsAModeOrAName() {
    assertThat(request("host", Map.of()))
        .containsEntry("netns", Map.of("nsmode", "host"))
        .doesNotContainKey("networks");
    assertThat(request("builds", Map.of()))
        .containsEntry("netns", Map.of("nsmode", "bridge"))
        .containsEntry("networks", Map.of("builds", Map.of()));
  }

  @Test
  void shortNamesAreAtDockerHub() {
    assertThat(ImageName.full("alpine", null)).isEqualTo("docker.io/library/alpine:latest");
    assertThat(ImageName.full("a/b:1", null)).isEqualTo("docker.io/a/b:1");
    assertThat(ImageName.full("localhost:5000/b", null)).isEqualTo("localhost:5000/b:latest");
  }

  @Test
  void mirrorsAnswerIsShownBeforeTheOriginsTrouble() {
    assertThat(
            EngineMessage.first(
                "Error: initializing source docker://alpine:x: (Mirrors also failed: [m/alpine:x: reading manifest x: manifest unknown]): docker.io: no such host"))
        .isEqualTo("m/alpine:x: reading manifest x: manifest unknown");
  }

  @Test
  void quotedWordIsOneWord() {
    assertThat(ShellText.quoted("it's $x")).isEqualTo("'it'\\''s $x'");
  }
}
