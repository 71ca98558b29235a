//! The head of a response on its way from a guest to the server.

use super::error_code::ErrorCode;
use super::message::OutgoingResponse;
use super::send::SentBody;
use http::Response;
use tokio::sync::oneshot;

/// What a guest answers.
pub(super) type Answer = Result<Response<SentBody>, ErrorCode>;

/// What a `response-outparam` stands for. Dropping it says that there is no answer.
#[derive(Debug)]
pub struct ResponseOutparam {
    sender: oneshot::Sender<Answer>,
    answers_head: bool,
}

impl ResponseOutparam {
    pub(super) fn new(answers_head: bool) -> (Self, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        (ResponseOutparam { sender, answers_head }, receiver)
    }

    /// Answers. The body may be written later.
    pub fn set(self, response: Result<OutgoingResponse, ErrorCode>) {
        let answer = response.map(|response| response.into_response(self.answers_head));
        // A client that has gone hears nothing: the body refuses what is written to it.
        let _ = self.sender.send(answer);
    }
}
