package dev.archway.executor.runtime.podman;

import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Building and pushing one image as a shell script, which leaves in the step's folder: {@code
 * phase} (build, platform or push: how far it came), {@code digest.N} per tag and {@code push.err}.
 * Pure.
 */
final class BuildScript {
  private BuildScript() {}

  /**
   * The script.
   *
   * @param name the image's own name in the store, never moved by another build
   * @param commit what the workspace was cloned at; null when it was not
   * @param isolate true wraps buildah so that killing it kills what its RUN lines started
   */
  static String script(
      BuildAndPush step,
      Platform platform,
      Path workspace,
      Path directory,
      Path authFile,
      String name,
      String network,
      @Nullable String commit,
      boolean isolate) {
    StringBuilder text = new StringBuilder();
    text.append("cd ").append(ShellText.quoted(workspace.toString())).append(" || exit 1\n");
    text.append("d=").append(ShellText.quoted(directory.toString())).append('\n');
    text.append("echo build >\"$d\"/phase\n");
    text.append(
        ShellText.quoted(
            build(step, platform, workspace, authFile, name, network, commit, isolate)));
    text.append(" || exit $?\n");
    // buildah labels a foreign base with the platform asked for and only warns.
    text.append("if grep -q 'does not match the expected platform' \"$d\"/out.log; then\n");
    text.append("  echo platform >\"$d\"/phase; exit 1\nfi\n");
    text.append("echo push >\"$d\"/phase\n");
    text.append(
        PUSH.replace(
                "BUILDAH_PUSH", ShellText.quoted(pushWords(step.registry().plainHttp(), authFile)))
            .replace("IMAGE", ShellText.quoted(name)));
    for (int i = 0; i < step.tags().size(); i++) {
      String reference = step.repository().tagged(step.tags().get(i));
      text.append("push ").append(ShellText.quoted(reference)).append(" \"$d\"/digest.").append(i);
      text.append(" || exit 1\n");
    }
    return text.toString();
  }

  private static final String PUSH =
      """
      push() {
        for wait in 2 5 11 0; do
          if BUILDAH_PUSH --digestfile "$2.part" IMAGE "docker://$1" 2>"$d"/push.err; then
            [ ! -s "$d"/push.err ] || cat "$d"/push.err
            mv "$2.part" "$2"
            read -r digest <"$2" || [ -n "$digest" ] || return 1
            echo "pushed $1 $digest"
            return 0
          fi
          cat "$d"/push.err
          if grep -qiE 'unauthorized|authentication required|denied|forbidden' "$d"/push.err; then
            return 1
          fi
          if [ $wait != 0 ]; then
            echo "push of $1 failed; next try in $wait s"
            sleep $wait
          fi
        done
        return 1
      }
      """;

  private static List<String> pushWords(boolean plainHttp, Path authFile) {
    List<String> words =
        new ArrayList<>(
            List.of("buildah", "push", "-q", "--retry", "0", "--authfile", authFile.toString()));
    if (plainHttp) {
      words.add("--tls-verify=false");
    }
    return words;
  }

  private static List<String> build(
      BuildAndPush step,
      Platform platform,
      Path workspace,
      Path authFile,
      String name,
      String network,
      @Nullable String commit,
      boolean isolate) {
    List<String> words = new ArrayList<>();
    if (isolate) {
      words.addAll(List.of("unshare", "-p", "-f", "--kill-child", "--mount-proc"));
    }
    words.addAll(List.of("buildah", "bud", "--isolation", isolate ? "oci" : "rootless"));
    words.addAll(List.of("--network", network, "--platform", platform.toString()));
    words.addAll(List.of("--authfile", authFile.toString()));
    if (step.registry().plainHttp()) {
      words.add("--tls-verify=false");
    }
    words.addAll(List.of("-f", workspace.resolve(step.dockerfile()).toString()));
    if (step.target() != null) {
      words.addAll(List.of("--target", step.target()));
    }
    new TreeMap<>(step.buildArguments())
        .forEach((k, v) -> words.addAll(List.of("--build-arg", k + "=" + v)));
    if (commit != null) {
      words.addAll(List.of("--label", "org.opencontainers.image.revision=" + commit));
    }
    new TreeMap<>(step.labels()).forEach((k, v) -> words.addAll(List.of("--label", k + "=" + v)));
    Long memory = step.resources().memoryBytes();
    if (memory != null) {
      words.addAll(List.of("--memory", memory + "b"));
    }
    Long cpu = step.resources().cpuMillis();
    if (cpu != null) {
      words.addAll(List.of("--cpu-period", "100000", "--cpu-quota", Long.toString(cpu * 100)));
    }
    words.addAll(List.of("-t", name, workspace.resolve(step.context()).normalize().toString()));
    return words;
  }
}
