package dev.archway.executor.runtime;

import dev.archway.contract.plan.StepPlan.Output;
import dev.archway.contract.plan.StepPlan.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How output variables leave a container: the script writes each to a file of its own when it comes
 * to its end, as Harness does; one that ends earlier leaves none. Whatever the value, it is one
 * file's whole content.
 */
public final class StepOutputs {
  /** Where the files are in a container. */
  public static final String FOLDER = "/archway/outputs";

  /** Harness page "Troubleshoot CI", output variable length. */
  public static final int LONGEST = 131_072;

  private StepOutputs() {}

  /**
   * The step's script, and what writes its outputs after it.
   *
   * @param prefix of the files' paths in the container; their numbers follow
   */
  public static String script(Run step, String prefix) {
    StringBuilder script = new StringBuilder().append(step.command()).append('\n');
    for (int i = 0; i < step.outputs().size(); i++) {
      String variable = step.outputs().get(i).variable();
      String file = prefix + i;
      script.append(
          switch (step.shell()) {
            case SH, BASH ->
                "[ -z \"${%s+x}\" ] || printf %%s \"$%s\" >%s\n"
                    .formatted(variable, variable, file);
            case PYTHON ->
                "import os as _os\nif '%1$s' in _os.environ: open('%2$s', 'w').write(_os.environ['%1$s'])\n"
                    .formatted(variable, file);
            case POWERSHELL, PWSH ->
                "if ($env:%1$s -ne $null) { [IO.File]::WriteAllText('%2$s', $env:%1$s) }\n"
                    .formatted(variable, file);
          });
    }
    return script.toString();
  }

  /**
   * Reads what a script wrote; outputs that it did not write are missing.
   *
   * @param folder what was {@link #FOLDER} in the container
   */
  public static Map<String, String> read(Run step, Path folder) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < step.outputs().size(); i++) {
      Output output = step.outputs().get(i);
      Path file = folder.resolve(Integer.toString(i));
      // The container could have put anything there, and a link would lead out of it.
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LONGEST) {
        values.put(output.name(), new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      }
    }
    return values;
  }
}
