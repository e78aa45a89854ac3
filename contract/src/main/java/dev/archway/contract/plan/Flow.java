package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.stream.Stream;

/** In which order, and under which conditions, the steps of a stage run. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Flow.Step.class, name = "Step"),
  @JsonSubTypes.Type(value = Flow.Group.class, name = "Group"),
  @JsonSubTypes.Type(value = Flow.Parallel.class, name = "Parallel")
})
public sealed interface Flow {
  /** The ids of all steps below, in the order written. */
  Stream<String> steps();

  /**
   * One step.
   *
   * @param id of a step of the stage
   * @param onFailure its own strategies; the first that names the failure counts, then the group's,
   *     then the stage's
   */
  record Step(String id, When when, List<FailureStrategy> onFailure) implements Flow {
    public Step {
      onFailure = List.copyOf(onFailure);
    }

    @Override
    public Stream<String> steps() {
      return Stream.of(id);
    }
  }

  /** A step group: its members run in order. */
  record Group(
      String id, String name, When when, List<FailureStrategy> onFailure, List<Flow> members)
      implements Flow {
    public Group {
      onFailure = List.copyOf(onFailure);
      members = List.copyOf(members);
    }

    @Override
    public Stream<String> steps() {
      return members.stream().flatMap(Flow::steps);
    }
  }

  /**
   * Members that run side by side.
   *
   * @param most how many at once; 0 for all
   */
  record Parallel(List<Flow> members, int most) implements Flow {
    public Parallel {
      members = List.copyOf(members);
    }

    @Override
    public Stream<String> steps() {
      return members.stream().flatMap(Flow::steps);
    }
  }

  /** These steps one after the other, each if all went well so far. */
  static List<Flow> inOrder(List<StepPlan> steps) {
    return steps.stream().<Flow>map(step -> new Step(step.id(), When.SUCCESS, List.of())).toList();
  }
}
