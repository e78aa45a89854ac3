package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StepOutputs;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.executor.runtime.script.BuildResult;
import dev.archway.executor.runtime.script.CloneScript;
import dev.archway.executor.runtime.script.TransferStep;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a step that ended by itself has left in its pod, by the kind of step. */
final class StepEnd {
  private final StagePod pod;
  private final StageSpec stage;
  private final StepSpec spec;

  StepEnd(StagePod pod, StageSpec stage, StepSpec spec) {
    this.pod = pod;
    this.stage = stage;
    this.spec = spec;
  }

  /** The result of a step that ended with this exit code. */
  StepResult of(Agent agent, int code) throws IOException, InterruptedException {
    return switch (spec.plan()) {
      case Run run -> new StepResult.Exited(code, outputs(agent, run.outputs()));
      case StepPlan.Transfer _ -> new StepResult.Exited(code, outputs(agent, TransferStep.OUTPUTS));
      case StepPlan.Clone clone -> CloneScript.result(stage.checkout(clone), code);
      case BuildAndPush build -> build(agent, build, code);
    };
  }

  private Map<String, String> outputs(Agent agent, List<StepPlan.Output> outputs)
      throws IOException, InterruptedException {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      String value = agent.read(PodNames.output(spec.name()) + i);
      if (value != null && value.length() <= StepOutputs.LONGEST) {
        values.put(outputs.get(i).name(), value);
      }
    }
    return values;
  }

  private StepResult build(Agent agent, BuildAndPush build, int code)
      throws IOException, InterruptedException {
    Map<String, String> left = new HashMap<>();
    for (String name : BuildResult.files(build)) {
      String content = agent.read(PodNames.folder(spec.name()) + "/" + name);
      if (content != null) {
        left.put(name, content);
      }
    }
    return BuildResult.of(
        build, stage.stage().platform(), pod.emulated(), stage.commit(), code, left);
  }
}
