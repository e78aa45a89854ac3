package dev.archway.executor.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.executor.Samples;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PodmanCommandTest {
  private static final StageKey KEY = new StageKey(ExecutionId.of("e1234567"), "build", 2);

  private static List<String> command(Map<String, String> environment) {
    return PodmanCommand.run(
        KEY,
        Samples.run("one", "alpine", "true", Samples.MINUTE, 100_000_000L),
        Samples.placement(),
        "name",
        Path.of("/s"),
        Path.of("/w"),
        "docker.io/library/alpine:latest",
        "host",
        environment);
  }

  @Test
  void containerIsNeverRemovedByItselfNorPulledAtItsStart() {
    List<String> words = command(Map.of());
    assertThat(words).startsWith("podman", "run", "-d", "--name", "name");
    assertThat(words).doesNotContain("--rm").containsSequence("--pull", "never");
    assertThat(words).containsSequence("--memory", "100000000b");
    assertThat(words)
        .endsWith(
            "--entrypoint", "sh", "docker.io/library/alpine:latest", "-e", "/archway/script.sh");
  }

  @Test
  void valuesOfVariablesAreNotAmongTheWords() {
    Map<String, String> environment = Map.of("A", "hidden", "B", "hidden\nhidden");
    assertThat(command(environment)).noneMatch(word -> word.contains("hidden"));
    assertThat(command(environment)).containsSequence("--env", "B");
    assertThat(PodmanCommand.environmentFile(environment)).isEqualTo("A=hidden\n");
  }

  @Test
  void shortNamesAreAtDockerHub() {
    assertThat(Images.fullName("alpine", null)).isEqualTo("docker.io/library/alpine:latest");
    assertThat(Images.fullName("a/b:1", null)).isEqualTo("docker.io/a/b:1");
    assertThat(Images.fullName("localhost:5000/b", null)).isEqualTo("localhost:5000/b:latest");
  }

  @Test
  void mirrorsAnswerIsShownBeforeTheOriginsTrouble() {
    assertThat(
            Images.message(
                "Error: initializing source docker://alpine:x: (Mirrors also failed: [m/alpine:x: reading manifest x: manifest unknown]): docker.io: no such host"))
        .isEqualTo("m/alpine:x: reading manifest x: manifest unknown");
  }

  @Test
  void quotedWordIsOneWord() {
    assertThat(ShellText.quoted("it's $x")).isEqualTo("'it'\\''s $x'");
  }
}
