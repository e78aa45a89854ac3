package dev.archway.web;

import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.wire.ContractMapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** Writes problem documents (RFC 9457) where no controller is involved, such as in filters. */
public final class ProblemBodies {
  /** The media type of a problem document. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private ProblemBodies() {}

  /** Answers with a problem; headers that were set before stay. */
  public static void write(HttpServletResponse response, int status, String title, String detail)
      throws IOException {
    byte[] body =
        ContractMapper.json()
            .writeValueAsBytes(new ProblemDocument(null, title, status, detail, List.of()));
    response.setStatus(status);
    response.setContentType(MEDIA_TYPE);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
