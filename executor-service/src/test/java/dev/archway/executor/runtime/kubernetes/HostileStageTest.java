package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.script.CloneScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an author of pipelines may not turn against the accounts that the platform's steps use. */
class HostileStageTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final Map<String, String> HOSTILE =
      Map.of(
          "GIT_SSH_COMMAND", "evil",
          "GIT_CONFIG_COUNT", "1",
          "GIT_EXEC_PATH", "/harness/evil",
          "LD_PRELOAD", "/harness/evil.so",
          "BASH_ENV", "/harness/evil",
          "PATH", "/harness/evil",
          "BUILDAH_ISOLATION", "evil");

  private final KubernetesSettings settings =
      new KubernetesSettings(
          "agent:1",
          "builder:1",
          "transfer:1",
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          List.of(),
          List.of(),
          null,
          null);

  @Test
  void variablesOfTheStageReachNeitherCloneNorBuild() throws Exception {
    StepPlan.InRuntime clone = new StepPlan.Clone("clone", "clone", Samples.MINUTE);
    StepPlan.InRuntime build = Samples.build("push", "registry.example", "Dockerfile");
    RunStage stage =
        Samples.stage(
            Samples.key(),
            Platform.LINUX_AMD64,
            Samples.placement(),
            Samples.checkout("https://git.example/app", "refs/heads/main", COMMIT),
            clone,
            build);
    StageSpec own = StageSpec.of(stage);
    StageSpec spec = new StageSpec(own.key(), own.stage(), own.checkout(), HOSTILE, null);
    try (EntryPoints entryPoints = new EntryPoints(settings)) {
      StepFiles files = new StepFiles(spec, settings, Samples.SECRETS, entryPoints);
      for (StepPlan.InRuntime step : List.of(clone, build)) {
        String text =
            files.of(step, step.id()).stream()
                .map(StepFiles.PodFile::content)
                .collect(Collectors.joining("\n"));
        assertThat(text).isNotEmpty().doesNotContain("evil", "LD_PRELOAD", "BASH_ENV");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--upload-pack=touch /tmp/x",
        "-c",
        "main",
        "refs/heads/a b",
        "refs/heads/a:refs/heads/b",
        "refs/heads/a\nb",
        "refs/heads/*",
        "refs/heads/a^{commit}",
        ""
      })
  void refsThatGitCouldTakeForSomethingElseAreRefused(String ref) {
    Checkout checkout = Samples.checkout("https://git.example/app", ref, COMMIT);
    assertThatThrownBy(() -> CloneScript.check(checkout))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--upload-pack=x", "-", "https://git.example/a\nb"})
  void addressesThatGitCouldTakeForSomethingElseAreRefused(String url) {
    Checkout checkout = Samples.checkout(url, "refs/heads/main", COMMIT);
    assertThatThrownBy(() -> CloneScript.check(checkout))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "--exec=x", "0123", "0123456789ABCDEF0123456789abcdef01234567"})
  void commitsThatAreNoWholeHashAreRefused(String commit) {
    Checkout checkout = Samples.checkout("https://git.example/app", "refs/heads/main", commit);
    assertThatThrownBy(() -> CloneScript.check(checkout))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void quotesAndExpansionsStayTextAndNoOtherProgramIsTheTransport() {
    Checkout checkout =
        Samples.checkout(
            "https://git.example/$(touch /tmp/x)`id`'\"app", "refs/heads/$(id)'", COMMIT);
    String script = CloneScript.script(checkout, Path.of("/harness"), Path.of("/run/s"));
    assertThat(script.lines().filter(line -> line.contains("git fetch")))
        .isNotEmpty()
        .allMatch(line -> line.contains("-- origin "));
    assertThat(script).doesNotContain("\"$(id)", "origin $(id)");
    assertThat(CloneScript.configuration(checkout)).contains("[protocol \"ext\"]\n\tallow = never");
  }
}
