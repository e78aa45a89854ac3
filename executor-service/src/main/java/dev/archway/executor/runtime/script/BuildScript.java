package dev.archway.executor.runtime.script;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Building and pushing one image as a shell script, which leaves in the step's folder: {@code
 * phase} (outside, build, platform or push: how far it came), {@code digest.N} per tag and {@code
 * push.err}. Pure.
 */
public final class BuildScript {
  private BuildScript() {}

  /**
   * Where a build takes place.
   *
   * @param directory the step's folder
   * @param log the file in it that receives the script's output
   * @param authFile the registry's credentials (containers-auth.json(5))
   * @param name the image's own name in the store, never moved by another build
   * @param commit what the workspace was cloned at; null when it was not
   * @param builder the words that {@code buildah bud} is called with
   * @param limited true when the step's limits hold for RUN containers, not for the step as a whole
   * @param piped true when the script must write the log itself
   * @param confined true checks in the script that context and Dockerfile are in the workspace
   */
  public record Place(
      Path workspace,
      Path directory,
      String log,
      Path authFile,
      String name,
      @Nullable String commit,
      List<String> builder,
      boolean limited,
      boolean confined,
      boolean piped) {
    public Place {
      builder = List.copyOf(builder);
    }

    /** Where a secret of the build is to be put: where only who builds can read it. */
    public Path secret(String id) {
      return authFile.resolveSibling("build." + id);
    }
  }

  /** The script. */
  public static String script(BuildAndPush step, Platform platform, Place place) {
    Path authFile = place.authFile();
    String name = place.name();
    StringBuilder text = new StringBuilder();
    text.append("cd ")
        .append(ShellText.quoted(place.workspace().toString()))
        .append(" || exit 1\n");
    text.append("d=").append(ShellText.quoted(place.directory().toString())).append('\n');
    if (place.confined()) {
      text.append(inside(step.context(), "-d", place))
          .append(inside(step.dockerfile(), "-f", place));
    }
    text.append("echo build >\"$d\"/phase\n");
    String build = ShellText.quoted(build(step, platform, place));
    if (place.piped()) {
      // The log is written by another process: the check below needs all of it to be there.
      text.append(
          "{ %s; echo $? >\"$d\"/code; } 2>&1 | tee \"$d\"/%s\n".formatted(build, place.log()));
      text.append("code=$(cat \"$d\"/code); [ \"$code\" = 0 ] || exit \"$code\"\n");
    } else {
      text.append(build).append(" || exit $?\n");
    }
    // buildah labels a foreign base with the platform asked for and only warns.
    text.append(
        "if grep -q 'does not match the expected platform' \"$d\"/" + place.log() + "; then\n");
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

  /** The registries that a build logs in at; where two are the same, the last counts. */
  public static List<Connector.DockerRegistry> registries(BuildAndPush step) {
    List<Connector.DockerRegistry> registries = new ArrayList<>(step.baseImages());
    registries.add(step.registry());
    return registries;
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

  /** A link in the workspace must not lead the build elsewhere. */
  private static String inside(String path, String test, Place place) {
    return """
    p=$(readlink -f %1$s) && [ %2$s "$p" ] || p=
    case $p/ in %3$s/*) ;; *) printf %%s %4$s >"$d"/phase; exit 1 ;; esac
    """
        .formatted(
            ShellText.quoted("./" + path),
            test,
            ShellText.quoted(place.workspace().toString()),
            ShellText.quoted("outside " + path));
  }

  private static List<String> build(BuildAndPush step, Platform platform, Place place) {
    List<String> words = new ArrayList<>(place.builder());
    words.addAll(List.of("--platform", platform.toString()));
    words.addAll(List.of("--authfile", place.authFile().toString()));
    if (step.registry().plainHttp()) {
      words.add("--tls-verify=false");
    }
    if (step.cache() != null) {
      // An image's platform is no part of what buildah looks its layers up by.
      String cache = step.cache() + "-" + platform.dashed();
      words.addAll(List.of("--layers", "--cache-from", cache, "--cache-to", cache));
    }
    words.addAll(List.of("-f", place.workspace().resolve(step.dockerfile()).toString()));
    if (step.target() != null) {
      words.addAll(List.of("--target", step.target()));
    }
    new TreeMap<>(step.buildArguments())
        .forEach((k, v) -> words.addAll(List.of("--build-arg", k + "=" + v)));
    step.secrets().keySet().stream()
        .sorted()
        .forEach(id ->
            words.addAll(List.of("--secret", "id=%s,src=%s".formatted(id, place.secret(id)))));
    if (place.commit() != null) {
      words.addAll(List.of("--label", "org.opencontainers.image.revision=" + place.commit()));
    }
    new TreeMap<>(step.labels()).forEach((k, v) -> words.addAll(List.of("--label", k + "=" + v)));
    Long memory = step.resources().memoryBytes();
    if (memory != null && place.limited()) {
      words.addAll(List.of("--memory", memory + "b"));
    }
    Long cpu = step.resources().cpuMillis();
    if (cpu != null && place.limited()) {
      words.addAll(List.of("--cpu-period", "100000", "--cpu-quota", Long.toString(cpu * 100)));
    }
    words.addAll(
        List.of(
            "-t", place.name(), place.workspace().resolve(step.context()).normalize().toString()));
    return words;
  }
}
