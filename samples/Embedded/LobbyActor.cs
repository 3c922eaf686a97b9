using System.Text;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery;

namespace LogosActors.Samples.Embedded;

/// <summary>What may be sent to the <see cref="LobbyActor"/>.</summary>
public static class Lobby
{
    /// <summary>Say something to everybody in the lobby.</summary>
    public sealed record Say(string Text);

    /// <summary>Answered by the number of lines that others have said so far.</summary>
    public sealed record Count
    {
        public static readonly Count Instance = new();
    }
}

/// <summary>An actor of the application, next to those of the node: writes down what is said in the lobby, and says what it is sent.</summary>
/// <remarks>Parent: /user, restarted at once. A failure costs the line that it was given, and the count; the subscription is the node's.</remarks>
public sealed class LobbyActor(MessagingNode node, TextWriter output) : SupervisedActor
{
    const string Topic = "/chat/1/lobby/proto";

    int _lines;
    EventHandler<MessageReceived>? _listener;

    public static Props Props(MessagingNode node, TextWriter output) => Akka.Actor.Props.Create(() => new LobbyActor(node, output));

    protected override void PreStart()
    {
        // The handler runs on a thread of the node's; all it does is send a message here.
        var self = Self;
        node.MessageReceived += _listener = (_, received) => self.Tell(received);
        PipeToSelf(node.SubscribeAsync([Topic]), errors => new Subscribed(errors));
    }

    protected override void PostStop() => node.MessageReceived -= _listener;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Subscribed { Errors: [var error, ..] }:
                throw new InvalidOperationException(error.Message);
            case Subscribed:
                break;
            case MessageReceived { Message: { ContentTopic: Topic, Payload: var payload } }:
                _lines++;
                output.WriteLine(Encoding.UTF8.GetString(payload.Span));
                break;
            case MessageReceived:
                break;
            case Lobby.Say say:
                PipeToSelf(node.SendAsync(new MessageEnvelope(Topic, Encoding.UTF8.GetBytes(say.Text))));
                break;
            case Result<RequestId, SendError> { Error: { } refused }:
                output.WriteLine($"not sent: {refused.Message}");
                break;
            case Result<RequestId, SendError>:
                break;
            case Lobby.Count:
                Sender.Tell(_lines);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    sealed record Subscribed(IReadOnlyList<SubscriptionError> Errors);
}
