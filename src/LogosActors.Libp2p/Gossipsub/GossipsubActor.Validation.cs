using Akka.Event;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Runs validators: those that decide at once cost nothing, the others are bounded in number and time.</summary>
internal sealed partial class GossipsubActor
{
    // Bounded by GossipsubLimits.PendingValidations: the router asks for no more decisions than that at a time.
    readonly Queue<GossipMessage> _waiting = new();
    CancellationTokenSource? _timeout;
    int _validating;
    bool _isLate;

    void Validate(GossipMessage message, TimeSpan now)
    {
        if (!_validators.TryGetValue(message.Topic, out var validator))
            _router.Decide(message.Id, ValidationResult.Accept, now);
        else if (_validating < _settings.ConcurrentValidations)
            Begin(validator, message, now);
        else
            _waiting.Enqueue(message);
    }

    void Begin(MessageValidator validator, GossipMessage message, TimeSpan now)
    {
        _timeout ??= new CancellationTokenSource(Timeout.InfiniteTimeSpan, Time);
        ValueTask<ValidationResult> decision;
        try
        {
            decision = validator(message, _timeout.Token);
            if (decision.IsCompletedSuccessfully)
            {
                _router.Decide(message.Id, decision.GetAwaiter().GetResult(), now);
                return;
            }
        }
#pragma warning disable CA1031 // a validator's failure must not cost the mesh
        catch (Exception e)
#pragma warning restore CA1031
        {
            decision = ValueTask.FromException<ValidationResult>(e);
        }
        _validating++;
        _timeout.CancelAfter(_settings.ValidationTimeout);
        // Waits no longer than the token says, even for a validator that does not look at it.
        var ended = decision.AsTask().WaitAsync(_timeout.Token).ContinueWith(
            Validated(message, _timeout), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        PipeToSelf(ended);
        _timeout = null;
    }

    Func<Task<ValidationResult>, Gossip.Validated> Validated(GossipMessage message, CancellationTokenSource timeout) =>
        decision => new Gossip.Validated(this, message, decision, timeout);

    void EndValidation(Gossip.Validated validated, TimeSpan now)
    {
        var message = validated.Message;
        var result = ValidationResult.Ignore;
        if (validated.Decision.IsCompletedSuccessfully)
        {
#pragma warning disable VSTHRD002 // it has ended
            result = validated.Decision.Result;
#pragma warning restore VSTHRD002
            _isLate = false;
        }
        else if (validated.Timeout.IsCancellationRequested)
        {
            // One for many messages: what peers send must not fill the log.
            if (!_isLate)
                Log.Warning("A validator of {Topic} has not decided about {Message} within {Time}: it is ignored, as others will be", message.Topic, message.Id, _settings.ValidationTimeout);
            _isLate = true;
        }
        else
            Log.Error(validated.Decision.Exception, "A validator of {Topic} failed; {Message} is ignored", message.Topic, message.Id);
        validated.Timeout.Dispose();
        _validating--;
        _router.Decide(message.Id, result, now);
        while (_validating < _settings.ConcurrentValidations && _waiting.TryDequeue(out var next))
        {
            if (_validators.TryGetValue(next.Topic, out var validator))
                Begin(validator, next, now);
            else
                _router.Decide(next.Id, ValidationResult.Accept, now);
        }
    }
}
