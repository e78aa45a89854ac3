package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageSpec;
import io.fabric8.kubernetes.api.model.Container;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A step that another service carries out has no container, and moves no other's name. */
class IndexStepInPodTest {
  private static final KubernetesSettings SETTINGS =
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

  private static List<String> containers(StepPlan... steps) {
    StageSpec spec = StageSpec.of(Samples.stage(Samples.key(), null, steps));
    return new PodTemplate(spec, SETTINGS)
        .pod("ci", null).getSpec().getContainers().stream().map(Container::getName).toList();
  }

  @Test
  void noContainerIsMadeForIt() {
    StepPlan index = new StepPlan.PublishIndex("join", "join", Samples.MINUTE, "index_1");
    assertThat(containers(index, Samples.run("tell", "true")))
        .containsExactly(PodNames.AGENT, PodNames.container(1, "tell"));
    assertThat(containers(index)).containsExactly(PodNames.AGENT);
  }
}
