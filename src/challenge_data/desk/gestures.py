"""Every gesture that a button may ask for, and the function that answers it."""

GESTURES = {
    "state": "challenge_data.teamwork.standing:state",
    "work": "challenge_data.teamwork.keeping:work",
    "compare": "challenge_data.teamwork.joining:compare",
    "join": "challenge_data.teamwork.joining:join",
    "pieces": "challenge_data.teamwork.keeping:pieces",
    "piece": "challenge_data.teamwork.keeping:piece",
    "take_back": "challenge_data.teamwork.taking_back:take_back",
    "begin_again": "challenge_data.teamwork.beginning_again:begin_again",
    "question": "challenge_data.teamwork.asking:question",
    "verify": "challenge_data.teamwork.verifying:verify",
    "restore": "challenge_data.teamwork.handing_in:restore",
    "inventory": "challenge_data.teamwork.inventory:inventory",
    "hand_in": "challenge_data.teamwork.handing_in:hand_in",
    "handed_in": "challenge_data.teamwork.handing_in:handed_in",
    "hand_ins": "challenge_data.teamwork.handing_in:hand_ins",
    "send": "challenge_data.teamwork.handing_in:send",
}
