"""What the mutations about questionnaires answer with, as the table of roles states it."""

VERSION_PAYLOADS = {
    "CreateQuestionnairePayload": "questionnaire userErrors",
    "ImportQuestionnairePayload": "questionnaire report userErrors",
    "ImportItem": "name outcome reason",
    "CopyQuestionnaireVersionPayload": "questionnaire userErrors",
    "UpdateQuestionnaireDraftPayload": "version userErrors",
    "TranslateQuestionnairePayload": "version userErrors",
    "PublishQuestionnaireVersionPayload": "version userErrors",
    "RetireQuestionnaireVersionPayload": "version userErrors",
    "DeleteQuestionnaireDraftPayload": "deletedVersionId questionnaire userErrors",
}
