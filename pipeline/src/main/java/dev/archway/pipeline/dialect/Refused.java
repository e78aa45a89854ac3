package dev.archway.pipeline.dialect;

import java.util.Map;

/** What to write in place of a key that Harness honours and Archway does not. */
public final class Refused {
  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          Map.entry("lfs", "false, and a Run step whose image has git-lfs: git lfs pull"),
          Map.entry("preFetchCommand", "a Run step after the clone"),
          Map.entry(
              "persistCredentials",
              "false, and a secret in the environment of the step that pushes"),
          Map.entry("cloneDirectory", "cloneCodebase: false and a GitClone step, which has one"),
          Map.entry(
              "outputFilePathsContent", "a Run step that exports the files' content as outputs"),
          Map.entry("registryRef", "connectorRef, of a connector of that registry"),
          Map.entry("uses", "image, of the plugin's own image"),
          Map.entry("testRoot", "args or a preCommand that goes to the folder"),
          Map.entry("outputAlias", "a Run step, which has one"),
          Map.entry("policySets", "a Run step with opa or conftest"),
          Map.entry("insert", "the steps or stages themselves"),
          Map.entry("serviceDependencies", "Background steps"),
          Map.entry("sharedPaths", "sharedPaths of the stage"),
          Map.entry("stepGroupInfra", "a stage of its own, with that infrastructure"),
          Map.entry("pipelineVariables", "variables"),
          Map.entry("runMode", "a pipeline of its own, for what somebody starts by hand"),
          Map.entry("barriers", "stages in their order"));

  private Refused() {}

  /** What is expected there. */
  public static String instead(String key) {
    return INSTEAD.getOrDefault(key, "a pipeline without it");
  }
}
