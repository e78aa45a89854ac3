package dev.archway.gateway;

import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A backend's answer that may be dropped half read. Spring's own close reads to the end first,
 * which for a followed log means until the execution ends, although nobody listens any more.
 */
final class OpenEndedResponse implements ClientHttpResponse {
  private final ClientHttpResponse answer;

  OpenEndedResponse(ClientHttpResponse answer) {
    this.answer = answer;
  }

  @Override
  public HttpStatusCode getStatusCode() throws IOException {
    return answer.getStatusCode();
  }

  @Override
  public String getStatusText() throws IOException {
    return answer.getStatusText();
  }

  @Override
  public HttpHeaders getHeaders() {
    return answer.getHeaders();
  }

  @Override
  public InputStream getBody() throws IOException {
    return answer.getBody();
  }

  @Override
  public void close() {
    try {
      // Ends the backend's side as well; a body that was read to its end leaves the connection
      // open.
      answer.getBody().close();
    } catch (IOException e) {
      answer.close();
    }
  }
}
